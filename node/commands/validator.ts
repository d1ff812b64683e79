import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['keys', 'Keep the keys of a validator.', () => import('./validator/keys.ts')],
    [
      'slashing-protection',
      'Move what a validator must never forget, as EIP-3076 does.',
      () => import('./validator/slashing-protection.ts'),
    ],
  ])
}
