import type { Command } from 'commander'

import { addSubcommands } from '../subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'set',
      'Name the key that can recover the account, and how long that takes.',
      () => import('./recovery/set.ts'),
    ],
    [
      'start',
      'Make a new key, and let the recovery key give it the account after the delay.',
      () => import('./recovery/start.ts'),
    ],
    [
      'cancel',
      'Stop a recovery with the key of the account, before it is due.',
      () => import('./recovery/cancel.ts'),
    ],
    [
      'finish',
      'Give the account its new key, once the recovery is due.',
      () => import('./recovery/finish.ts'),
    ],
    ['show', 'Show the recovery of an account as it stands.', () => import('./recovery/show.ts')],
  ])
}
