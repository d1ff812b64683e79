#!/usr/bin/env node
import process from 'node:process'

import { Command } from 'commander'

import { addSubcommands } from './commands/subcommands.ts'
import { exitCodes } from './exit-codes.ts'
import { reportJson, reportText } from './failure.ts'
import { version } from './version.ts'

const isJson = process.argv.includes('--json')

const program = new Command('pars')
  .description('Build and run sovereign post-quantum EVM networks.')
  .version(version, '--version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .showHelpAfterError('Try --help.')
  .exitOverride()
if (isJson) program.configureOutput({ writeErr: () => undefined })

// A command's module exports `configure(command)`, and nothing loads it but the command's use.
addSubcommands(program, [
  [
    'dev',
    'Run a development network: one node, ten funded accounts whose keys are public.',
    () => import('./commands/dev.ts'),
  ],
  [
    'devnet',
    'Run a development network of several validators, each a process of its own.',
    () => import('./commands/devnet.ts'),
  ],
  [
    'run',
    'Run a node of a network: one that follows, a validator, or one that seals by itself.',
    () => import('./commands/run.ts'),
  ],
  [
    'init',
    'Write the genesis of a new network, with a salt of its own.',
    () => import('./commands/init.ts'),
  ],
  [
    'genesis',
    'Look at the document a network starts from, or clone it.',
    () => import('./commands/genesis.ts'),
  ],
  [
    'precompile',
    'Write a precompile of your own, and hold any against the rules.',
    () => import('./commands/precompile.ts'),
  ],
  [
    'model',
    'Bring models onto the chain, run them, and claim or dispute their answers.',
    () => import('./commands/model.ts'),
  ],
  [
    'pip',
    'Propose changes of a network, vote on them, and carry them out.',
    () => import('./commands/pip.ts'),
  ],
  [
    'validator',
    'Keep the keys of a validator, and the record of what it signed.',
    () => import('./commands/validator.ts'),
  ],
  ['ve', 'Lock PARS for votes, delegate them, and take it back.', () => import('./commands/ve.ts')],
  [
    'treasury',
    'Look at the network’s own PARS, and have streams paid out.',
    () => import('./commands/treasury.ts'),
  ],
  [
    'mesh',
    'Reach others without the internet: by LAN, radio, cable or a folder.',
    () => import('./commands/mesh.ts'),
  ],
  ['status', 'Ask a running node how it is.', () => import('./commands/status.ts')],
  ['peers', 'Show whom a running node is connected to.', () => import('./commands/peers.ts')],
  [
    'account',
    'Keep keys in files under passwords, and change what they stand for.',
    () => import('./commands/account.ts'),
  ],
  [
    'did',
    'Anchor identities: did:pars logs that travel without the chain.',
    () => import('./commands/did.ts'),
  ],
  [
    'session-key',
    'Let keys do a little of what a smart account may, for a while.',
    () => import('./commands/session-key.ts'),
  ],
  ['keys', 'Say which prekeys you give out.', () => import('./commands/keys.ts')],
  ['send', 'Sign a transaction here and send it.', () => import('./commands/send.ts')],
  [
    'call',
    'Call a contract without a transaction: nothing is signed, paid or changed.',
    () => import('./commands/call.ts'),
  ],
  [
    'deploy',
    'Sign the creation of a contract here and send it.',
    () => import('./commands/deploy.ts'),
  ],
  ['config', 'Look at the settings of a node.', () => import('./commands/config.ts')],
  [
    'doctor',
    'Check this machine, and say what helps where something is wrong.',
    () => import('./commands/doctor.ts'),
  ],
  [
    'completion',
    'Print what makes a shell complete this command.',
    () => import('./commands/completion.ts'),
  ],
  [
    'proxy',
    'Sign for tools that know eth_sendTransaction alone, and forward the rest to a node.',
    () => import('./commands/proxy.ts'),
  ],
  ['wait', 'Wait until a transaction is in a block.', () => import('./commands/wait.ts')],
  [
    'db',
    'Copy, check or thin out what a node that does not run has on disk.',
    () => import('./commands/db.ts'),
  ],
  [
    'bundle',
    'Carry objects of the mesh in files where no network reaches.',
    () => import('./commands/bundle.ts'),
  ],
  ['attach', 'Ask a running node, line by line.', () => import('./commands/attach.ts')],
  ['service', 'Print what makes the system start a node.', () => import('./commands/service.ts')],
])

// `pars status | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.success)
})

try {
  await program.parseAsync()
} catch (error) {
  const { text, exitCode } = isJson ? reportJson(error) : reportText(error)
  process.stderr.write(text)
  process.exitCode = exitCode
}
