import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['publish', 'Say which prekeys you give out.', () => import('./keys/publish.ts')],
    ['show', 'Show which prekeys somebody gives out.', () => import('./keys/show.ts')],
  ])
}
