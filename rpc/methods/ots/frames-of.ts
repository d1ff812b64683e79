import type { AsyncReads, TracedFrame } from '#chain'

import { RpcFault } from '../../errors.ts'

/** Throws `RPC_TRANSACTION_UNKNOWN`. */
export async function framesOf(
  reads: AsyncReads,
  hash: Uint8Array,
): Promise<readonly TracedFrame[]> {
  const frames = await reads.frames(hash)
  if (frames !== undefined) return frames
  throw new RpcFault({ code: 'RPC_TRANSACTION_UNKNOWN' }, 'transaction not found: no block has it')
}
