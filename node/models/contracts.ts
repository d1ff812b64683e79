/** The precompiles of models, as a client calls them. */
import { Fault, hex, type Hex } from '#base'

import { type AbiValue, encodeCall } from '../abi.ts'
import { bytesIn, type RpcAsker } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import { Answer } from './answer.ts'

/** @see PIP-0009 */
export const contracts = {
  models: '0x0000000000000000000000000000000000000302',
  infer: '0x0000000000000000000000000000000000000303',
  verify: '0x0000000000000000000000000000000000000304',
  claims: '0x0000000000000000000000000000000000000305',
} as const satisfies Readonly<Record<string, Hex>>

export type ContractName = keyof typeof contracts

export function callOf(
  name: ContractName,
  signature: string,
  values: readonly AbiValue[],
  value = 0n,
): Call {
  return { to: contracts[name], data: hex(encodeCall(signature, ...values)), value }
}

/**
 * Asks a contract on the newest block. Throws `MODEL_NETWORK` where the network has none, and
 * `NODE_REFUSED` with its reason where it reverts.
 */
export async function ask(
  rpc: RpcAsker,
  name: ContractName,
  signature: string,
  ...values: readonly AbiValue[]
): Promise<Answer> {
  const { to, data } = callOf(name, signature, values)
  const answer = bytesIn(await rpc.ask('eth_call', { to, data }, 'latest'))
  if (answer.length > 0) return new Answer(answer)
  throw new Fault(
    { code: 'MODEL_NETWORK', address: to },
    'nothing answers there: this network was made without models, so name another with --rpc',
  )
}

/** A page of ids at a time, in the order in which they were made. */
export async function* idsOf(
  rpc: RpcAsker,
  name: 'claims' | 'models',
  from = 0,
): AsyncGenerator<Hex> {
  const page = 100
  for (let start = from; ; start += page) {
    const answer = await ask(rpc, name, 'list(uint64,uint64)', BigInt(start), BigInt(page))
    const ids = answer.words(0)
    for (const id of ids) yield hex(id)
    if (ids.length < page) return
  }
}
