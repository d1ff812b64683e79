import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['up', 'Run a node of the mesh, without a chain.', () => import('./mesh/up.ts')],
    ['status', 'Ask a running node how it is.', () => import('./mesh/status.ts')],
    ['announce', 'Have a running node announce itself now.', () => import('./mesh/announce.ts')],
    ['paths', 'Show who can be reached, and how.', () => import('./mesh/paths.ts')],
    ['media', 'Show, add and remove what carries cells.', () => import('./mesh/media.ts')],
    ['sim', 'See in virtual time how two would meet.', () => import('./mesh/sim.ts')],
    ['send', 'Send a text or a file to an address.', () => import('./mesh/send.ts')],
    ['outbox', 'Show what is still to be handed over.', () => import('./mesh/outbox.ts')],
    ['inbox', 'Read what was received.', () => import('./mesh/inbox.ts')],
  ])
}
