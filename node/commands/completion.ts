import process from 'node:process'

import { Argument, type Command } from 'commander'

import { bashCompletion } from '../completion/bash.ts'
import { fishCompletion } from '../completion/fish.ts'
import { completedCommands } from '../completion/tree.ts'
import { zshCompletion } from '../completion/zsh.ts'
import { loadAll } from './subcommands.ts'

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

export function configure(command: Command): void {
  command
    .addArgument(new Argument('<shell>').choices(Object.keys(shells)))
    .addHelpText(
      'after',
      `
Put one of these into the file that your shell starts with:
  source <(pars completion bash)
  source <(pars completion zsh)
  pars completion fish | source`,
    )
    .action(async (shell: keyof typeof shells) => {
      let root = command
      while (root.parent !== null) root = root.parent
      await loadAll(root)
      process.stdout.write(shells[shell](completedCommands(root)))
    })
}
