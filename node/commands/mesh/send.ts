import { basename } from 'node:path'

import type { Command } from 'commander'

import { Fault } from '#base'

import { limits } from '../../limits.ts'
import type { Outcome } from '../../mesh/outbox.ts'
import { readPublic } from '../../private-file.ts'
import { looks } from '../polling.ts'
import { print, progress } from '../printing.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'

interface SendFlags extends MeshFlags {
  readonly file?: string
  readonly anonymous?: boolean
  readonly wait: boolean
}

export function configure(command: Command): void {
  addMeshOptions(command)
    .argument('<address>', 'pars1…, as pars mesh up prints it')
    .argument('[text]', 'what to say')
    .option('--file <file>', 'send a file instead of a text')
    .option('--anonymous', 'don’t show the other side who sends')
    .option(
      '--no-wait',
      'return once it is on this node’s disk, which then tries until it is handed over',
    )
    .action(async (to: string, text: string | undefined, flags: SendFlags) => {
      const content = await contentOf(text, flags)
      const isAnonymous = flags.anonymous === true
      const number = await askMesh<number>(flags, 'mesh_send', { to, isAnonymous, ...content })
      const isJson = flags.json === true
      if (flags.wait) {
        progress(isJson)(`on its way as number ${number}; Ctrl-C ends the waiting, not the sending`)
        await delivered(flags, number)
      }
      print(isJson, { number, delivered: flags.wait })
    })
}

async function contentOf(text: string | undefined, { file }: SendFlags): Promise<object> {
  if ((text === undefined) === (file === undefined)) {
    throw new Fault({ code: 'NODE_USAGE', reason: 'neither or both' }, 'give a text or a --file')
  }
  if (file === undefined) return { text }
  const bytes = await readPublic(file, limits.meshFile.value)
  if (bytes.length > limits.meshFile.value) {
    const facts = { code: 'NODE_USAGE', reason: `${file} is too large` } as const
    throw new Fault(facts, `a file has at most ${limits.meshFile.value} bytes: send it in parts`)
  }
  return { file: { name: basename(file), bytes: bytes.toBase64() } }
}

/** Throws `MESH_LETTER_OUTCOME` for one that was not delivered, or of which nobody knows. */
async function delivered(flags: MeshFlags, number: number): Promise<void> {
  const outcome = await looks(limits.meshLook.value, async () => {
    const found = await askMesh<Outcome>(flags, 'mesh_waits', number)
    return found === 'waiting' ? undefined : found
  })
  if (outcome === 'delivered') return
  const cure =
    outcome === 'cancelled'
      ? 'it was taken out of the outbox and not sent'
      : 'the node was started again meanwhile and does not know whether it came: ask who was to get it'
  throw new Fault({ code: 'MESH_LETTER_OUTCOME', number, outcome }, cure)
}
