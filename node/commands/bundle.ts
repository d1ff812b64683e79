import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'export',
      'Write objects into a file that can be carried: without its secret, random bytes.',
      () => import('./bundle/export.ts'),
    ],
    [
      'import',
      'Take over what such a file has, or what is left of it.',
      () => import('./bundle/import.ts'),
    ],
    [
      'inspect',
      'Say what such a file holds, and keep nothing.',
      () => import('./bundle/inspect.ts'),
    ],
  ])
}
