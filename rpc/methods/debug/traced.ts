import type { BlockRef } from '#chain'

import { RpcFault } from '../../errors.ts'
import { JsonText } from '../../json-text.ts'

/** The JSON of a trace. Throws `RPC_TRANSACTION_UNKNOWN` when there is none. */
export function ofTransaction(text: string | undefined): JsonText {
  if (text !== undefined) return new JsonText(text)
  throw new RpcFault(
    { code: 'RPC_TRANSACTION_UNKNOWN' },
    'transaction not found: no block has it; one that waits in the pool cannot be traced',
  )
}

/** The JSON of a trace. Throws `RPC_BLOCK_ABSENT` when there is none. */
export function ofBlock(text: string | undefined, ref: BlockRef): JsonText {
  if (text !== undefined) return new JsonText(text)
  throw absent(ref)
}

export function absent(ref: BlockRef): RpcFault {
  const name = typeof ref === 'object' && 'number' in ref ? `#${ref.number} ` : ''
  return new RpcFault(
    { code: 'RPC_BLOCK_ABSENT' },
    `block ${name}not found: ask eth_blockNumber for the latest`,
  )
}
