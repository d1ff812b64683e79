import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'account',
      'Make your smart account, which grants sessions.',
      () => import('./session-key/account.ts'),
    ],
    [
      'grant',
      'Let a key do a little of what the account may.',
      () => import('./session-key/grant.ts'),
    ],
    ['revoke', 'End a session, or all, at once.', () => import('./session-key/revoke.ts')],
    ['list', 'List the sessions of a smart account.', () => import('./session-key/list.ts')],
    ['call', 'Call a contract in a session of yours.', () => import('./session-key/call.ts')],
  ])
}
