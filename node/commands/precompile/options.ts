import { type Command, InvalidArgumentError } from 'commander'

import { listOf } from '../arguments.ts'

export interface ProjectFlags {
  readonly project: string
}

export function addProjectOption(command: Command): Command {
  return command.option('--project <folder>', 'whose node_modules has the package', '.')
}

export function addPluginsOption(command: Command): Command {
  return command.option(
    '--plugins <modules>',
    'packages of third-party precompiles that may be loaded, separated by commas',
    listOf,
    [],
  )
}

export function pluginNameOf(text: string): string {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(text)) return text
  throw new InvalidArgumentError('Give 1 to 64 of a-z, 0-9 and -, the first a letter.')
}
