import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'export',
      'Write the chain, and the end of the order, into one file.',
      () => import('./db/export.ts'),
    ],
    [
      'import',
      'Make a data folder from such a file, and check all of it.',
      () => import('./db/import.ts'),
    ],
    [
      'verify',
      'Look whether blocks, indexes and state hold together, or execute them again.',
      () => import('./db/verify.ts'),
    ],
    ['prune', 'Forget the state of old heights.', () => import('./db/prune.ts')],
  ])
}
