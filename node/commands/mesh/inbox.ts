import process from 'node:process'

import type { Command } from 'commander'

import { Fault } from '#base'

import { writePrivate } from '../../private-file.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'
import { type LetterFacts, letterText } from './letters.ts'
import { letterNumber } from './outbox.ts'

interface InboxFlags extends MeshFlags {
  readonly after: number
  readonly save?: number
  readonly to?: string
  readonly remove?: number
}

export function configure(command: Command): void {
  addMeshOptions(command)
    .option('--after <number>', 'only what came after that one', letterNumber, 0)
    .option('--save <number>', 'write the file that came as that one', letterNumber)
    .option('--to <file>', 'where to, instead of its own name in this folder')
    .option('--remove <number>', 'forget one', letterNumber)
    .addHelpText('after', '\nA hundred at a time are shown: go on with --after.')
    .action(async (flags: InboxFlags) => {
      if (flags.remove !== undefined) await removed(flags, flags.remove)
      if (flags.save !== undefined) await save(flags, flags.save)
      if (flags.remove !== undefined || flags.save !== undefined) return
      const letters = await askMesh<readonly LetterFacts[]>(flags, 'mesh_inbox', flags.after)
      const text = letters.map(letterText).join('') || 'nothing is there\n'
      process.stdout.write(flags.json ? `${JSON.stringify(letters)}\n` : text)
    })
}

async function removed(flags: InboxFlags, number: number): Promise<void> {
  if (!(await askMesh<boolean>(flags, 'mesh_remove', number))) throw absent(number)
}

async function save(flags: InboxFlags, number: number): Promise<void> {
  const letter = await askMesh<(LetterFacts & { bytes?: string }) | null>(
    flags,
    'mesh_read',
    number,
  )
  if (letter?.bytes === undefined || letter.name === undefined) throw absent(number)
  const file = flags.to ?? letter.name
  await writePrivate(file, Uint8Array.fromBase64(letter.bytes))
  process.stdout.write(flags.json ? `${JSON.stringify({ file })}\n` : `${file}\n`)
}

function absent(number: number): Fault {
  const facts = { code: 'MESH_LETTER_ABSENT', number } as const
  return new Fault(facts, 'pars mesh inbox shows what is there')
}
