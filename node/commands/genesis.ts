import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['show', 'Print a genesis document as the node reads it.', () => import('./genesis/show.ts')],
    [
      'verify',
      'Check a genesis document, and that this release can run it.',
      () => import('./genesis/verify.ts'),
    ],
    [
      'clone',
      'Write the genesis of another network of the same rules and the same state.',
      () => import('./genesis/clone.ts'),
    ],
    [
      'add-validator',
      'Name validators in a genesis document, by what their operators print.',
      () => import('./genesis/add-validator.ts'),
    ],
    [
      'add-precompile',
      'Schedule the precompile of an installed package in a genesis document.',
      () => import('./genesis/add-precompile.ts'),
    ],
  ])
}
