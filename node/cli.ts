#!/usr/bin/env node
import process from 'node:process'

import { Command, CommanderError } from 'commander'

import { isFault } from '#base'

import { addSubcommands } from './commands/subcommands.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { version } from './version.ts'

const program = new Command('pars')
  .description('Build and run sovereign post-quantum EVM networks.')
  .version(version, '--version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .showHelpAfterError('Try --help.')
  .exitOverride()

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
    'validator',
    'Keep the keys of a validator, and the record of what it signed.',
    () => import('./commands/validator.ts'),
  ],
  ['status', 'Ask a running node how it is.', () => import('./commands/status.ts')],
  ['peers', 'Show whom a running node is connected to.', () => import('./commands/peers.ts')],
  [
    'account',
    'Keep keys in files under passwords, and change what they stand for.',
    () => import('./commands/account.ts'),
  ],
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
])

// `pars status | head` is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.success)
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  const text = isFault(error)
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error)
  process.stderr.write(`pars: ${text}\n`)
  return exitCodeOf(error)
}
