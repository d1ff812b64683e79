import type { Command } from 'commander'

import { version } from '../version.ts'

/** A command by its name and its line of help; its module is loaded when the command is used. */
export type Subcommand = readonly [name: string, description: string, load: () => Promise<Module>]

interface Module {
  /** Adds options and action to the command, or commands below it. */
  configure(command: Command): void
}

const loads = new WeakMap<Command, () => Promise<Module>>()

/** Puts commands below `parent`, in the order of its help. They take their settings from it. */
export function addSubcommands(parent: Command, subcommands: readonly Subcommand[]): void {
  parent.helpCommand(false)
  for (const [name, description, load] of subcommands) {
    const command = parent.command(name).description(description)
    command.version(version, '--version', 'print the version')
    loads.set(command, load)
  }
  parent.hook('preSubcommand', (_, command) => loaded(command))
}

/** Everything below `command`, with its options. */
export async function loadAll(command: Command): Promise<void> {
  await loaded(command)
  for (const below of command.commands) await loadAll(below)
}

async function loaded(command: Command): Promise<void> {
  const load = loads.get(command)
  loads.delete(command)
  if (load === undefined) return
  const module = await load()
  module.configure(command)
  affirm(command)
}

/** `--no-wait` alone means that `wait` holds: commander says so before the options are here. */
function affirm(command: Command): void {
  const names = new Set(command.options.map(({ long }) => long))
  for (const option of command.options) {
    if (!option.negate || names.has(option.long?.replace('--no-', '--'))) continue
    const name = option.attributeName()
    if (command.getOptionValue(name) === undefined) {
      command.setOptionValueWithSource(name, true, 'default')
    }
  }
}
