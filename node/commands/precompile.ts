import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['new', 'Write a package with a precompile that works.', () => import('./precompile/new.ts')],
    [
      'test',
      'Hold a package against the rules of precompiles, and print its genesis entry.',
      () => import('./precompile/test.ts'),
    ],
  ])
}
