/** What several commands about models take on their line. */
import type { Command } from 'commander'

export interface InputFlags {
  readonly input: string
  readonly real: boolean
}

export function addInputOptions(command: Command): Command {
  return command
    .requiredOption(
      '--input <values>',
      '0x…, [1, 2, …], or a file: of such a list (.json) or bytes',
    )
    .option('--real', 'the numbers are those that the model was trained on', false)
}
