import type { BlockRef, TraceText } from '#chain'

import { RpcFault } from '../../errors.ts'
import { JsonText } from '../../json-text.ts'
import type { Context } from '../../method.ts'
import { metered } from '../metered.ts'

type Traced = Promise<TraceText | undefined>

/** The JSON of a trace. Throws `RPC_TRANSACTION_UNKNOWN` when there is none. */
export async function ofTransaction(read: Traced, spend: Context['spend']): Promise<JsonText> {
  const trace = await paid(read, spend)
  if (trace !== undefined) return new JsonText(trace.json)
  throw new RpcFault(
    { code: 'RPC_TRANSACTION_UNKNOWN' },
    'transaction not found: no block has it; one that waits in the pool cannot be traced',
  )
}

/** The JSON of a trace. Throws `RPC_BLOCK_ABSENT` when there is none. */
export async function ofBlock(
  read: Traced,
  ref: BlockRef,
  spend: Context['spend'],
): Promise<JsonText> {
  const trace = await paid(read, spend)
  if (trace !== undefined) return new JsonText(trace.json)
  throw absent(ref)
}

function paid(read: Traced, spend: Context['spend']): Traced {
  return metered(spend, undefined, read, ({ workGas }) => workGas)
}

export function absent(ref: BlockRef): RpcFault {
  const name = typeof ref === 'object' && 'number' in ref ? `#${ref.number} ` : ''
  return new RpcFault(
    { code: 'RPC_BLOCK_ABSENT' },
    `block ${name}not found: ask eth_blockNumber for the latest`,
  )
}
