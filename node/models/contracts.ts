/** The precompiles of models, as a client calls them. */
import { Fault, hex, type Hex } from '#base'
import { listClaims, listModels, type StateCall } from '#precompiles'

import { type AbiValue, encodeCall } from '../abi.ts'
import { callOf as callsOn } from '../governance/present.ts'
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
  return new Answer(present(to, bytesIn(await rpc.ask('eth_call', { to, data }, 'latest'))))
}

/** Calls on the newest block. Throws `MODEL_NETWORK` where the network has no such contract. */
export function stateOf(rpc: RpcAsker): StateCall {
  const call = callsOn(rpc)
  return async (to, data) => {
    const answer = await call(to, data)
    if (!answer.isReverted) present(hex(to), answer.output)
    return answer
  }
}

function present(address: Hex, answer: Uint8Array): Uint8Array {
  if (answer.length > 0) return answer
  throw new Fault(
    { code: 'MODEL_NETWORK', address },
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
  const read = name === 'models' ? listModels : listClaims
  for (let start = from; ; start += page) {
    const ids = await read(stateOf(rpc), start, page)
    yield* ids
    if (ids.length < page) return
  }
}
