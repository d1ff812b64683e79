/** The registry of models, 0x0302, over JSON-RPC. */
import { concat, fixed, hex, type Hex, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { bytesIn, type RpcAsker } from '../rpc-client.ts'
import { ask, contracts } from './contracts.ts'

export const kinds = ['executable', 'committed'] as const
export type Kind = (typeof kinds)[number]

const statuses = ['none', 'draft', 'active', 'inactive'] as const
type ModelStatus = (typeof statuses)[number]

/** How claims are settled. A time is over when both, seconds and blocks, have passed. */
export interface Terms {
  readonly windowSeconds: bigint
  readonly windowBlocks: bigint
  readonly turnSeconds: bigint
  readonly turnBlocks: bigint
  /** The least, in wei. */
  readonly bond: bigint
  /** Root over their addresses. */
  readonly attesters: Hex
  readonly threshold: bigint
}

export interface RegisteredModel {
  readonly id: Hex
  readonly status: ModelStatus
  readonly kind: Kind
  /** Bytes. */
  readonly size: number
  readonly version: number
  readonly owner: Hex
  /** SHA3-256 of the bytes. */
  readonly hash: Hex
}

export interface ModelTexts {
  readonly name: string
  readonly licence: string
  readonly metadata: string
}

export interface ModelCost {
  readonly macs: bigint
  readonly elements: bigint
  readonly inputBytes: number
  readonly outputBytes: number
  readonly activeFrom: bigint
}

export async function modelOf(rpc: RpcAsker, id: Hex): Promise<RegisteredModel> {
  const answer = await ask(rpc, 'models', 'model(bytes32)', unhex(id))
  return {
    id,
    status: statuses[answer.count(0)] ?? 'none',
    kind: kinds[answer.count(1)] ?? 'committed',
    size: answer.count(3),
    version: answer.count(4),
    owner: answer.address(5),
    hash: answer.hash(6),
  }
}

export async function costOf(rpc: RpcAsker, id: Hex): Promise<ModelCost> {
  const answer = await ask(rpc, 'models', 'costOf(bytes32)', unhex(id))
  return {
    macs: answer.number(0),
    elements: answer.number(1),
    inputBytes: answer.count(2),
    outputBytes: answer.count(3),
    activeFrom: answer.number(4),
  }
}

export async function termsOf(rpc: RpcAsker, id: Hex): Promise<Terms> {
  const answer = await ask(rpc, 'models', 'termsOf(bytes32)', unhex(id))
  return {
    windowSeconds: answer.number(0),
    windowBlocks: answer.number(1),
    turnSeconds: answer.number(2),
    turnBlocks: answer.number(3),
    bond: answer.number(4),
    attesters: answer.hash(5),
    threshold: answer.number(6),
  }
}

export async function textsOf(rpc: RpcAsker, id: Hex): Promise<ModelTexts> {
  const answer = await ask(rpc, 'models', 'textsOf(bytes32)', unhex(id))
  return { name: answer.text(0), licence: answer.text(1), metadata: answer.text(2) }
}

/** The newest version of `name` that `publisher` registered; undefined when there is none. */
export async function newestOf(
  rpc: RpcAsker,
  publisher: Hex,
  name: string,
): Promise<Hex | undefined> {
  const named = [unhex(publisher), { bytes: utf8(name) }] as const
  const versions = (await ask(rpc, 'models', 'versionsOf(address,string)', ...named)).number(0)
  if (versions === 0n) return undefined
  const answer = await ask(rpc, 'models', 'idOf(address,string,uint64)', ...named, versions)
  return answer.hash(0)
}

const firstChunk = 16

/** SHA3-256 of a draft's chunk as the chain has it; zeros: it has none. @see PIP-0009 "Storage" */
export async function chunkHashOf(rpc: RpcAsker, id: Hex, index: number): Promise<Hex> {
  const slot = keccak256(concat(unhex(id), fixed(firstChunk + index, 32)))
  const word = await rpc.ask('eth_getStorageAt', contracts.models, hex(slot), 'latest')
  return hex(bytesIn(word, 32))
}
