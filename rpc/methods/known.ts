import { hex } from '#base'
import type { BlockRef } from '#chain'

import { RpcFault } from '../errors.ts'
import { quantity } from '../render/quantity.ts'

/**
 * What a read of state at `block` gave. Throws `RPC_BLOCK_UNKNOWN` when there is no such block.
 *
 * @see EIP-1898
 */
export function known<Value>(value: Value | undefined, block: BlockRef): Value {
  if (value !== undefined) return value
  throw blockUnknown(block)
}

export function blockUnknown(block: BlockRef): RpcFault {
  return new RpcFault(
    { code: 'RPC_BLOCK_UNKNOWN', block: named(block) },
    'header not found: no such block here; ask eth_blockNumber for the latest',
  )
}

function named(block: BlockRef): string {
  if (typeof block === 'string') return block
  return 'hash' in block ? hex(block.hash) : quantity(block.number)
}
