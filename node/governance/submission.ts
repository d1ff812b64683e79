/** A text and its actions on their way into the registry. */
import { hex, isFault } from '#base'
import {
  type Argument,
  batchArguments,
  neededTier,
  parsePip,
  pipContent,
  pipTypes,
  proposalDescription,
} from '#governance'

import type { RpcAsker } from '../rpc-client.ts'
import type { Call, Sender } from '../sender.ts'
import { callsIn } from './actions.ts'
import { registry } from './contracts.ts'
import { callOf, presentOf } from './present.ts'

export interface Submitted {
  readonly number: number
  readonly revision: bigint
  readonly tier: bigint
  readonly actions: number
  /** Chunks that the registry did not have. */
  readonly sent: number
  /** What a vote on it will be about. */
  readonly description: string
}

/** Brings `content` in as a new PIP or as a revision. Throws what the registry refuses. */
export async function submitPip(
  sender: Sender,
  content: Uint8Array,
  kind: 'revise' | 'submit',
  tell: (step: string) => void,
): Promise<Submitted> {
  const { rpc } = sender
  const { number, title, type } = parsePip(content)
  const calls = callsIn(content)
  const { hash, size, chunks } = pipContent(content)
  const tier = BigInt(await neededTier(callOf(rpc), calls))
  const hashes = chunks.map((chunk) => hex(chunk.hash))
  const text: Argument = [BigInt(pipTypes.indexOf(type)), title, hex(hash), BigInt(size), hashes]
  const actions: Argument = [tier, ...batchArguments(calls)]
  const call = registry.call(kind, [BigInt(number), text, actions])
  await rehearse(sender, call)
  let sent = 0
  for (const [index, { bytes }] of chunks.entries()) {
    if (await isStored(rpc, hashes[index] ?? '0x')) continue
    tell(`chunk ${index + 1} of ${chunks.length}`)
    await registry.explained(sender.send(registry.call('putChunk', [hex(bytes)])))
    sent++
  }
  tell(kind === 'submit' ? 'submitting' : 'revising')
  const { transactionHash } = await registry.explained(sender.send(call))
  const { revision } = await registry.event<{ readonly revision: bigint }>(
    rpc,
    'Revised',
    transactionHash,
  )
  const description = proposalDescription(number, Number(revision), hash)
  return { number, revision, tier, actions: calls.length, sent, description }
}

/** Who may not, or what cannot be, is told so before the chunks have cost anything. */
async function rehearse({ rpc, wallet }: Sender, { to, data }: Call): Promise<void> {
  const present = await presentOf(rpc)
  const call = { from: wallet.account.address, to, data }
  await findsChunks(registry.explained(present.rpc.ask('eth_call', call, 'latest')))
}

/** Whether `asked` found the chunks that it needs. */
async function findsChunks(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked
    return true
  } catch (error) {
    const isUnknown =
      isFault(error, 'NODE_CONTRACT_REFUSED') && Object(error.facts).error === 'UnknownChunk'
    if (isUnknown) return false
    throw error
  }
}

function isStored(rpc: RpcAsker, hash: string): Promise<boolean> {
  return findsChunks(registry.ask(rpc, 'chunk', [hash]))
}
