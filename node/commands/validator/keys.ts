import type { Command } from 'commander'

import { addSubcommands } from '../subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'new',
      'Make the keys of a validator in the data folder of its node.',
      () => import('./keys/new.ts'),
    ],
    [
      'show',
      'Show the keys of a data folder, as a genesis names them.',
      () => import('./keys/show.ts'),
    ],
    [
      'import',
      'Take a key over into a data folder, or give a new one its network.',
      () => import('./keys/import.ts'),
    ],
    [
      'export',
      'Write the key to another file, for a backup or another machine.',
      () => import('./keys/export.ts'),
    ],
  ])
}
