import { Fault, type Hex } from '#base'

import type { RpcAsker } from '../../node/rpc-client.ts'

/** A node on which every call reverts with `data`. */
export function refusing(data: Hex): RpcAsker {
  return {
    ask: (method) => {
      const cause = { message: 'execution reverted', data }
      const facts = { code: 'NODE_REFUSED', method, data: data.slice(0, 20) }
      return Promise.reject(new Fault(facts, cause.message, { cause }))
    },
  }
}
