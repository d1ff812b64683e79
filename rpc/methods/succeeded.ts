import type { CallResult } from '#chain'

import { RpcFault } from '../errors.ts'
import { describeRevert } from '../render/revert.ts'

/** The result of a call that did not fail. Throws `RPC_REVERTED` or `RPC_HALTED`. */
export function succeeded(result: CallResult): CallResult {
  const { failure, output } = result
  if (failure === undefined) return result
  if (failure.reason === 'reverted') {
    const { data, text } = describeRevert(output)
    throw new RpcFault({ code: 'RPC_REVERTED', data }, text)
  }
  throw new RpcFault({ code: 'RPC_HALTED' }, failure.message)
}
