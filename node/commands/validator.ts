import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['keys', 'Keep the keys of a validator.', () => import('./validator/keys.ts')],
    [
      'bind',
      'Let the node of a data folder speak for its validator, in the place of another.',
      () => import('./validator/bind.ts'),
    ],
    [
      'slashing-protection',
      'Move what a validator must never forget, as EIP-3076 does.',
      () => import('./validator/slashing-protection.ts'),
    ],
    [
      'upgrades',
      'Show which upgrades wait, and whether this release has them.',
      () => import('./validator/upgrades.ts'),
    ],
    [
      'ready',
      'Say that a validator’s node has what an upgrade needs.',
      () => import('./validator/ready.ts'),
    ],
  ])
}
