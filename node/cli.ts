#!/usr/bin/env node
import process from 'node:process'

import { Command, CommanderError } from 'commander'

import { isFault } from '#base'

import { accountCommand } from './commands/account.ts'
import { callCommand } from './commands/call.ts'
import { deployCommand } from './commands/deploy.ts'
import { devCommand } from './commands/dev.ts'
import { genesisCommand } from './commands/genesis.ts'
import { initCommand } from './commands/init.ts'
import { runCommand } from './commands/run.ts'
import { sendCommand } from './commands/send.ts'
import { statusCommand } from './commands/status.ts'
import { waitCommand } from './commands/wait.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { version } from './version.ts'

const program = new Command('pars')
  .description('Build and run sovereign post-quantum EVM networks.')
  .helpOption('-h, --help', 'print this help')
  .helpCommand(false)
  .showHelpAfterError('Try --help.')
  .addCommand(devCommand())
  .addCommand(runCommand())
  .addCommand(initCommand())
  .addCommand(genesisCommand())
  .addCommand(statusCommand())
  .addCommand(accountCommand())
  .addCommand(sendCommand())
  .addCommand(callCommand())
  .addCommand(deployCommand())
  .addCommand(waitCommand())

for (const command of allCommands(program)) {
  command.exitOverride().version(version, '--version', 'print the version')
}

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

function* allCommands(command: Command): Generator<Command> {
  yield command
  for (const child of command.commands) yield* allCommands(child)
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
