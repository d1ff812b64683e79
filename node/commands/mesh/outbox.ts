import process from 'node:process'

import { type Command, InvalidArgumentError } from 'commander'

import { mostNumber } from '../../mesh/shelf.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'
import { letterText, type LetterFacts } from './letters.ts'

interface OutboxFlags extends MeshFlags {
  readonly after: number
  readonly cancel?: number
}

export function configure(command: Command): void {
  addMeshOptions(command)
    .option('--after <number>', 'only what was given after that one', letterNumber, 0)
    .option('--cancel <number>', 'give one up', letterNumber)
    .addHelpText('after', '\nA hundred at a time are shown: go on with --after.')
    .action(async (flags: OutboxFlags) => {
      if (flags.cancel !== undefined) await askMesh(flags, 'mesh_cancel', flags.cancel)
      const letters = await askMesh<readonly LetterFacts[]>(flags, 'mesh_outbox', flags.after)
      const text = letters.map(letterText).join('') || 'nothing waits\n'
      process.stdout.write(flags.json ? `${JSON.stringify(letters)}\n` : text)
    })
}

export function letterNumber(text: string): number {
  const number = Number(text)
  if (/^[1-9]\d{0,14}$/.test(text) && number <= mostNumber) return number
  throw new InvalidArgumentError('it is a number as the list shows it.')
}
