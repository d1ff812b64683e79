import { equal, Fault, hex, padLeft } from '#base'
import { keyHash } from '#crypto'
import type { EnvelopeKey } from '#precompiles'
import { algorithms, defaultAlgorithm, isAlgorithm, keyHashAddress } from '#protocol'

import type { CallRequest } from '../call-port.ts'
import { missing, type StateSource } from '../state/index.ts'
import { limits } from './limits.ts'
import { recordSlot, registryAddress } from './slots.ts'

/**
 * What a transaction like `request` would authenticate with: the key it names; else, unless it names
 * an algorithm, the one that its sender registered. Undefined when there is neither.
 *
 * Throws `READ_KEY_FOREIGN` when the key it names is not its sender's, and `READ_CALL_UNSUPPORTED`.
 */
export async function callKey(
  request: CallRequest,
  state: Pick<StateSource, 'key' | 'storage'>,
): Promise<EnvelopeKey | undefined> {
  const { from = new Uint8Array(20), algorithm, publicKey } = request
  if (request.blobVersionedHashes !== undefined || request.authorizations !== undefined) {
    throw new Fault(
      { code: 'READ_CALL_UNSUPPORTED' },
      'leave blobVersionedHashes and authorizationList out: there are no blobs and no authorizations',
    )
  }
  if (publicKey === undefined && algorithm !== undefined) return undefined
  const record = await state.storage(registryAddress, slotOfRecord(from))
  const registered = record.length === 0 ? undefined : padLeft(record, 32)
  if (publicKey !== undefined) {
    const key = { algorithm: algorithm ?? defaultAlgorithm, key: publicKey }
    if (isOwn(from, registered, key)) return key
    throw new Fault(
      { code: 'READ_KEY_FOREIGN', account: hex(from) },
      'name the public key that the sender registered, or that its address comes from',
    )
  }
  if (registered === undefined) return undefined
  const stored = await state.key(registered)
  if (stored?.[0] === undefined) throw missing('key', registered)
  return { algorithm: stored[0], key: registered }
}

const recordSlots = new Map<string, Uint8Array>()

/** `recordSlot`, remembered: many calls come from few senders. */
function slotOfRecord(account: Uint8Array): Uint8Array {
  const name = account.toHex()
  const known = recordSlots.get(name)
  if (known !== undefined) return known
  if (recordSlots.size >= limits.recordSlots.value) recordSlots.clear()
  const slot = recordSlot(account)
  recordSlots.set(name, slot)
  return slot
}

function isOwn(
  account: Uint8Array,
  registered: Uint8Array | undefined,
  { algorithm, key }: EnvelopeKey,
): boolean {
  if (!isAlgorithm(algorithm) || key.length !== algorithms[algorithm].publicKeyBytes) return false
  const found = keyHash(algorithm, key)
  return registered === undefined ? equal(keyHashAddress(found), account) : equal(registered, found)
}
