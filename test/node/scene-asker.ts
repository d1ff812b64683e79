/** A chain in memory, asked as a node is. */
import assert from 'node:assert/strict'

import { hex, type Hex, quantity, unhex } from '#base'

import type { RpcAsker } from '../../node/rpc-client.ts'
import { alice, type Scene } from '../contracts/scene.ts'

export function askerOf({ network }: Scene): RpcAsker {
  const methods: Readonly<Record<string, (first: unknown) => unknown>> = {
    async eth_call(first) {
      const { to, data } = first as { readonly to: Hex; readonly data: Hex }
      const request = { from: alice.address, to: unhex(to), data: unhex(data) }
      const { output, failure } = await network.call(request)
      assert.equal(failure, undefined)
      return hex(output)
    },
    eth_getBlockByNumber: () => ({ timestamp: quantity(network.headTimestamp) }),
  }
  return {
    async ask<Result>(method: string, first: unknown): Promise<Result> {
      const answer = methods[method]
      assert.ok(answer, method)
      return (await answer(first)) as Result
    },
  }
}
