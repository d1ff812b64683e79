/** The registry of models, 0x0302, over JSON-RPC. */
import { concat, fixed, hex, type Hex, unhex } from '#base'
import { keccak256 } from '#crypto'
import {
  countVersions,
  type ModelTexts,
  readModel,
  readModelCost,
  type ReadModelCost,
  readModelTerms,
  type ReadModelTerms,
  readModelTexts,
  type RegisteredModel,
  versionId,
} from '#precompiles'

import { bytesIn, type RpcAsker } from '../rpc-client.ts'
import { contracts, stateOf } from './contracts.ts'
import { unknownId } from './faults.ts'

/** Throws `MODEL_UNKNOWN`. */
export async function modelOf(rpc: RpcAsker, id: Hex): Promise<RegisteredModel> {
  return (await readModel(stateOf(rpc), id)) ?? unknownId('model', id)
}

/** Throws `MODEL_UNKNOWN`. */
export async function textsOf(rpc: RpcAsker, id: Hex): Promise<ModelTexts> {
  return (await readModelTexts(stateOf(rpc), id)) ?? unknownId('model', id)
}

export function costOf(rpc: RpcAsker, id: Hex): Promise<ReadModelCost> {
  return readModelCost(stateOf(rpc), id)
}

export function termsOf(rpc: RpcAsker, id: Hex): Promise<ReadModelTerms> {
  return readModelTerms(stateOf(rpc), id)
}

/** The newest version of `name` that `publisher` registered; undefined when there is none. */
export async function newestOf(
  rpc: RpcAsker,
  publisher: Hex,
  name: string,
): Promise<Hex | undefined> {
  const versions = await countVersions(stateOf(rpc), publisher, name)
  return versions === 0 ? undefined : versionId(publisher, name, versions)
}

const firstChunk = 16

/** SHA3-256 of a draft's chunk as the chain has it; zeros: it has none. @see PIP-0009 "Storage" */
export async function chunkHashOf(rpc: RpcAsker, id: Hex, index: number): Promise<Hex> {
  const slot = keccak256(concat(unhex(id), fixed(firstChunk + index, 32)))
  const word = await rpc.ask('eth_getStorageAt', contracts.models, hex(slot), 'latest')
  return hex(bytesIn(word, 32))
}
