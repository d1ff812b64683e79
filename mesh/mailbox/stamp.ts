import { concat, empty, type Random } from '#base'
import { argon2id } from '#crypto'

import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { encodeEnvelope, type Envelope, stampBytes } from './envelope.ts'

type Stamped = Omit<Envelope, 'size' | 'stamp'>

/**
 * Finds the stamp that a stranger's item needs: eight bytes that make Argon2id over the item begin
 * with zero bits. A speed bump for floods; quotas are what bounds them.
 *
 * @see RFC 9106
 */
export async function mintStamp(envelope: Stamped, random: Random): Promise<Uint8Array> {
  const item = digest(envelope)
  const nonce = random.bytes(stampBytes)
  const view = new DataView(nonce.buffer)
  while (!(await passes(item, nonce))) view.setBigUint64(0, view.getBigUint64(0) + 1n)
  return nonce
}

/** As long as one try of who minted it: some milliseconds, on a thread of its own. */
export function checkStamp(envelope: Envelope): Promise<boolean> {
  return passes(digest(envelope), envelope.stamp)
}

function digest(envelope: Stamped): Uint8Array {
  return meshHash('stamp', 32, encodeEnvelope({ ...envelope, stamp: empty }))
}

async function passes(item: Uint8Array, nonce: Uint8Array): Promise<boolean> {
  const [first = 255] = await argon2id({
    password: concat(item, nonce),
    salt: item.subarray(0, 16),
    memoryKiB: limits.mailStampMemory.value,
    iterations: 1,
    parallelism: 1,
    length: 32,
  })
  return first >>> (8 - limits.mailStampBits.value) === 0
}
