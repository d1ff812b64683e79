/** The account changes its own key. */
import { equal } from '#base'
import { keyHash } from '#crypto'
import { keyHashAddress } from '#protocol'

import { method } from '../contract.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import {
  isUnset,
  keyArgument,
  keyTable,
  ownRecord,
  provenKeyHash,
  type PublicKey,
} from './authority.ts'
import { keyChanged } from './events.ts'
import { gasTable, verificationGasAt } from './gas.ts'
import { field } from './record.ts'

/** Stores a key for ever, at the price of as many bytes of code. */
export function storeKey(view: PrecompileView, { algorithm, publicKey }: PublicKey): Uint8Array {
  view.charge(BigInt(gasTable.keyByte * publicKey.length))
  return keyTable(view).put(algorithm, publicKey)
}

export const register = method({
  name: 'register',
  mutability: 'nonpayable',
  inputs: [],
  outputs: [],
  gas: () => 0,
  run(view) {
    const record = ownRecord(view)
    if (!isUnset(record.word(field.keyHash))) {
      throw new PrecompileRevert('accounts: registered already')
    }
    const key = envelopeKey(view)
    if (!equal(keyHashAddress(keyHash(key.algorithm, key.publicKey)), record.account)) {
      throw new PrecompileRevert("accounts: not the caller's key")
    }
    const registered = storeKey(view, key)
    record.set(field.keyHash, registered)
    keyChanged.emit(view, [record.account, registered], [0n])
    return []
  },
})

function envelopeKey({ envelope }: PrecompileView): PublicKey {
  if (envelope === undefined || envelope.key.length === 32) {
    throw new PrecompileRevert('accounts: the transaction carries no public key')
  }
  return keyArgument(BigInt(envelope.algorithm), envelope.key)
}

export const rotate = method({
  name: 'rotate',
  mutability: 'nonpayable',
  inputs: [
    ['uint8', 'algorithm'],
    ['bytes', 'publicKey'],
    ['bytes', 'proofOfPossession'],
  ],
  outputs: [],
  gas: (input) => verificationGasAt(input, 0),
  run(view, algorithm, publicKey, proof) {
    const record = ownRecord(view)
    const key = keyArgument(algorithm, publicKey)
    if (equal(record.word(field.keyHash), keyHash(key.algorithm, key.publicKey))) {
      throw new PrecompileRevert('accounts: the key is the same')
    }
    const changes = record.number(field.changes)
    const newKeyHash = provenKeyHash(view, record, changes, key, proof)
    storeKey(view, key)
    record.set(field.keyHash, newKeyHash)
    record.set(field.changes, changes + 1n)
    keyChanged.emit(view, [record.account, newKeyHash], [changes + 1n])
    return []
  },
})
