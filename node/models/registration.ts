/** Brings a model onto the chain; what is there already, after a first try that ended, stays. */
import { Fault, hex, type Hex, unhex, utf8 } from '#base'
import { sha3_256 } from '#crypto'
import { modelKinds, type ModelTexts, type ReadModelTerms } from '#precompiles'

import type { RpcAsker } from '../rpc-client.ts'
import type { Sender } from '../sender.ts'
import type { BuiltModel } from './built.ts'
import { callOf } from './contracts.ts'
import { registeredOtherwise } from './faults.ts'
import { limits } from './limits.ts'
import { chunkHashOf, modelOf, newestOf, termsOf, textsOf } from './registry.ts'

const chunkBytes = 32_768
const runtime = 1n

export interface Registration extends Partial<ModelTexts> {
  readonly name: string
  readonly built: BuiltModel
  /** Those that are not here stay as a new draft has them. */
  readonly terms: Partial<ReadModelTerms>
}

export interface Registered {
  readonly id: Hex
  readonly version: number
  /** It was active before. */
  readonly isOld: boolean
}

/**
 * Ends with the model active. Each step is told before it is done. Throws `MODEL_REGISTERED` where it is
 * there with other texts, or active on other terms.
 */
export async function registerModel(
  sender: Sender,
  registration: Registration,
  tell: (step: string) => void,
): Promise<Registered> {
  const { rpc } = sender
  const { built } = registration
  const id = (await ownDraft(sender, registration)) ?? (await draft(sender, registration, tell))
  const { status, version } = await modelOf(rpc, id)
  await checkSame(rpc, id, registration, status === 'active')
  if (status === 'active') return { id, version, isOld: true }
  await setTerms(sender, id, registration.terms, tell)
  await upload(sender, id, built.bytes, tell)
  tell('finalizing')
  await sender.send(callOf('models', 'finalize(bytes32)', [unhex(id)]))
  return { id, version, isOld: false }
}

/** The newest version of the name, where it is of the same bytes and in use or on its way. */
async function ownDraft(
  { rpc, wallet }: Sender,
  { built, name }: Registration,
): Promise<Hex | undefined> {
  const id = await newestOf(rpc, wallet.account.address, name)
  if (id === undefined) return undefined
  const { status, hash, kind } = await modelOf(rpc, id)
  const isSame = hash === built.hash && kind === built.kind && status !== 'inactive'
  return isSame ? id : undefined
}

/** Of a draft the terms may still change. */
async function checkSame(
  rpc: RpcAsker,
  id: Hex,
  { terms, licence, metadata }: Registration,
  isActive: boolean,
): Promise<void> {
  const wanted = { ...(isActive ? terms : {}), licence, metadata }
  const found = { ...(await termsOf(rpc, id)), ...(await textsOf(rpc, id)) }
  const differing = Object.entries(wanted)
    .filter(([name, one]) => one !== undefined && found[name as keyof typeof found] !== one)
    .map(([name]) => name)
  if (differing.length > 0) throw registeredOtherwise(id, differing)
}

async function draft(
  sender: Sender,
  { built, name, licence = 'NONE', metadata = '{}' }: Registration,
  tell: (step: string) => void,
): Promise<Hex> {
  tell(`registering ${name}`)
  const texts = [{ bytes: utf8(licence) }, { bytes: utf8(metadata) }] as const
  const size = BigInt(built.bytes.length)
  const kind = BigInt(modelKinds.indexOf(built.kind))
  const signature = 'register(string,bytes32,uint64,uint64,uint8,string,string)'
  const values = [{ bytes: utf8(name) }, unhex(built.hash), size, runtime, kind, ...texts] as const
  await sender.send(callOf('models', signature, values))
  const id = await newestOf(sender.rpc, sender.wallet.account.address, name)
  if (id !== undefined) return id
  throw new Fault(
    { code: 'MODEL_LOST', name },
    'the node does not show what it confirmed: ask again',
  )
}

async function setTerms(
  sender: Sender,
  id: Hex,
  wanted: Partial<ReadModelTerms>,
  tell: (step: string) => void,
): Promise<void> {
  const present = await termsOf(sender.rpc, id)
  const terms = { ...present, ...wanted }
  const isSame = Object.entries(terms).every(
    ([name, one]) => present[name as keyof ReadModelTerms] === one,
  )
  if (isSame) return
  tell('setting the terms of claims')
  const { windowSeconds, windowBlocks, turnSeconds, turnBlocks, bond, attesters, threshold } = terms
  const times = [windowSeconds, windowBlocks, turnSeconds, turnBlocks] as const
  const signature = 'setTerms(bytes32,uint64,uint64,uint64,uint64,uint256,bytes32,uint64)'
  const values = [unhex(id), ...times, bond, unhex(attesters), threshold] as const
  await sender.send(callOf('models', signature, values))
}

/** Chunks that the chain lacks, or has otherwise, several at once. */
async function upload(
  sender: Sender,
  id: Hex,
  bytes: Uint8Array,
  tell: (step: string) => void,
): Promise<void> {
  const count = Math.ceil(bytes.length / chunkBytes)
  const chunkAt = (index: number): Uint8Array =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)
  const missing: number[] = []
  for (let index = 0; index < count; index++) {
    const held = await chunkHashOf(sender.rpc, id, index)
    if (held !== hex(sha3_256(chunkAt(index)))) missing.push(index)
  }
  let stored = count - missing.length
  const lane = async (nonceKey: bigint): Promise<void> => {
    for (let index = missing.shift(); index !== undefined; index = missing.shift()) {
      const values = [unhex(id), BigInt(index), { bytes: chunkAt(index) }] as const
      await sender.send(callOf('models', 'putChunk(bytes32,uint64,bytes)', values), nonceKey)
      tell(`chunk ${++stored} of ${count}`)
    }
  }
  const lanes = Array.from({ length: limits.lanes.value }, (_, place) => lane(BigInt(place + 1)))
  await Promise.all(lanes)
}
