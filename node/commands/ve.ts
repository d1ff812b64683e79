import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['lock', 'Lock PARS for votes.', () => import('./ve/lock.ts')],
    ['extend', 'Have a lock last longer.', () => import('./ve/extend.ts')],
    ['increase', 'Add PARS to a lock.', () => import('./ve/increase.ts')],
    [
      'auto-extend',
      'Have a lock keep its time, or let it pass.',
      () => import('./ve/auto-extend.ts'),
    ],
    ['delegate', 'Name who votes with all your locks.', () => import('./ve/delegate.ts')],
    ['relay', 'Bring a delegation that another has signed.', () => import('./ve/relay.ts')],
    ['withdraw', 'Take back what a lock held that has ended.', () => import('./ve/withdraw.ts')],
    ['show', 'Show the locks and votes of an account, or of all.', () => import('./ve/show.ts')],
  ])
}
