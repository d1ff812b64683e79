import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['new', 'Make a key and put it under a password.', () => import('./account/new.ts')],
    ['list', 'Show the keys of the folder.', () => import('./account/list.ts')],
    [
      'show',
      'Show what stands in the files of an account. No password is needed.',
      () => import('./account/show.ts'),
    ],
    ['import', 'Take a key over into the folder.', () => import('./account/import.ts')],
    [
      'export',
      'Write a key to another file, for a backup or another machine.',
      () => import('./account/export.ts'),
    ],
    [
      'sign',
      'Sign a message (EIP-191) for the network of the key. No node is needed.',
      () => import('./account/sign.ts'),
    ],
    [
      'register',
      'Record the key of an account on chain, so that its transactions become smaller.',
      () => import('./account/register.ts'),
    ],
    [
      'rotate',
      'Make a new key and give it the account; the old one loses its say.',
      () => import('./account/rotate.ts'),
    ],
    [
      'recovery',
      'Let another key give the account a new one, after a delay.',
      () => import('./account/recovery.ts'),
    ],
  ])
}
