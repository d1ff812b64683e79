import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['anchor', 'Bring an identity here, or its newest event.', () => import('./did/anchor.ts')],
    ['show', 'Show how far an identity has come.', () => import('./did/show.ts')],
    ['offer', 'Let another account take control of an identity.', () => import('./did/offer.ts')],
    ['accept', 'Take control that was offered.', () => import('./did/accept.ts')],
    ['deactivate', 'End an identity for good.', () => import('./did/deactivate.ts')],
  ])
}
