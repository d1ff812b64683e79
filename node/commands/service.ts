import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['print', 'Print a unit of systemd for this installation.', () => import('./service/print.ts')],
  ])
}
