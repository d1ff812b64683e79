/** The state that the next block finds, asked over JSON-RPC. */
import { Fault, hex, isFault, quantity } from '#base'
import { findPip, type PipState, type PipSummary, readPip } from '#governance'
import type { StateCall } from '#precompiles'

import { timeOfNextBlock } from '../next-block.ts'
import { bytesIn, fieldsIn, quantityIn, type RpcAsker } from '../rpc-client.ts'
import { revertData } from './system.ts'

/** A chain without transactions may have made its last block long ago. */
export interface Present {
  readonly rpc: RpcAsker
  /** Seconds since 1970. */
  readonly now: bigint
  readonly call: StateCall
}

export async function presentOf(rpc: RpcAsker): Promise<Present> {
  const { timestamp } = fieldsIn(await rpc.ask('eth_getBlockByNumber', 'latest', false))
  const now = timeOfNextBlock(quantityIn(timestamp))
  const asker: RpcAsker = {
    ask: (method, ...params) =>
      method === 'eth_call'
        ? rpc.ask(method, ...params, {}, { time: quantity(now) })
        : rpc.ask(method, ...params),
  }
  return { rpc: asker, now, call: callOf(asker) }
}

/** Calls on the newest block. */
export function callOf(rpc: RpcAsker): StateCall {
  return async (to, data) => {
    try {
      const answer = await rpc.ask('eth_call', { to: hex(to), data: hex(data) }, 'latest')
      return { output: bytesIn(answer), isReverted: false }
    } catch (error) {
      const output = isFault(error, 'NODE_REFUSED') ? revertData(error) : undefined
      if (output === undefined) throw error
      return { output, isReverted: true }
    }
  }
}

/** Throws `NODE_PIP_UNKNOWN`. */
export async function summaryOf({ call }: Present, number: number): Promise<PipSummary> {
  return (await findPip(call, number)) ?? unknown(number)
}

/** With its actions and its vote. Throws `NODE_PIP_UNKNOWN`. */
export async function pipOf({ call }: Present, number: number): Promise<PipState> {
  return (await readPip(call, number)) ?? unknown(number)
}

export function unknown(number: number): never {
  throw new Fault(
    { code: 'NODE_PIP_UNKNOWN', number },
    'nobody has submitted it here, or not that revision: pars pip list shows what there is',
  )
}
