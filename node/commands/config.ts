import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['print', 'Show what a node is told, and by what.', () => import('./config/print.ts')],
  ])
}
