import type { Command, Option } from 'commander'

/** What may stand after an option. */
export type ValueKind = 'none' | 'file' | 'folder' | 'other' | readonly string[]

export interface CompletedOption {
  /** `--json`, and `-h` where there is one. */
  readonly names: readonly string[]
  readonly description: string
  readonly value: ValueKind
}

/** One command as a shell sees it. */
export interface CompletedCommand {
  /** `pars account new`. */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly CompletedOption[]
  /** Words that an argument may be. */
  readonly choices: readonly string[]
  /** An argument may be a file. */
  readonly takesFiles: boolean
}

/** The command and everything below it, outermost first. */
export function completedCommands(command: Command, above = ''): readonly CompletedCommand[] {
  const path = `${above} ${command.name()}`.trimStart()
  const help = command.createHelp()
  const commands = help.visibleCommands(command)
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  return [
    {
      path,
      commands: commands.map((one) => ({ name: one.name(), description: one.description() })),
      options: help.visibleOptions(command).map(optionOf),
      choices,
      takesFiles: command.registeredArguments.length > 0 && choices.length === 0,
    },
    ...commands.flatMap((one) => completedCommands(one, path)),
  ]
}

function optionOf(option: Option): CompletedOption {
  const { long, short, description } = option
  const names = [long, short].flatMap((name) => (name === null || name === undefined ? [] : [name]))
  return { names, description, value: valueKind(option) }
}

function valueKind({ flags, required, optional, argChoices }: Option): ValueKind {
  if (!required && !optional) return 'none'
  if (argChoices !== undefined) return argChoices
  if (flags.includes('<file>')) return 'file'
  return flags.includes('<folder>') ? 'folder' : 'other'
}

/** Text as one word of a shell, whatever stands in it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
