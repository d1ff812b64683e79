/** Recovery: another key, after a delay, replaces the account's. It prevails over whoever holds that. */
import { equal } from '#base'
import { keccak256, keyHash, mlDsa } from '#crypto'
import { contexts, recoverPreimage } from '#protocol'

import { method } from '../contract.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { isUnset, keyArgument, ownRecord, provenKeyHash, type PublicKey } from './authority.ts'
import { keyChanged, recoveryCancelled, recoverySet, recoveryStarted } from './events.ts'
import { gasTable, verificationGasAt, wordsGas } from './gas.ts'
import { storeKey } from './keys.ts'
import { AccountRecord, field } from './record.ts'
import { schedule, scheduledSetting, settingNow, settle } from './recovery-setting.ts'

const day = 86_400n
/** Seconds. The upper bound catches milliseconds, and keeps a doubled delay within a lifetime. */
const delays = { least: day, most: 365n * day } as const
const cancelsInARow = 2n

export const setRecovery = method({
  name: 'setRecovery',
  mutability: 'nonpayable',
  inputs: [
    ['bytes32', 'recoveryKeyHash'],
    ['uint64', 'delay'],
  ],
  outputs: [],
  gas: () => gasTable.call,
  run(view, recoveryKeyHash, delay) {
    const record = ownRecord(view)
    const removal = isUnset(recoveryKeyHash)
    if (removal ? delay !== 0n : delay < delays.least || delay > delays.most) {
      throw new PrecompileRevert('accounts: delay out of range')
    }
    refuseDuringRecovery(record)
    const scheduled = scheduledSetting(record)
    const now = settingNow(view, record, scheduled)
    if (removal && now.keyHash === undefined) {
      throw new PrecompileRevert('accounts: no recovery is set')
    }
    settle(view, record, scheduled)
    const due = now.keyHash === undefined ? view.timestamp : view.timestamp + now.delay
    if (now.keyHash === undefined) {
      record.set(field.recoveryKeyHash, recoveryKeyHash)
      record.set(field.recoveryDelay, delay)
    } else {
      schedule(record, { keyHash: recoveryKeyHash, delay, due })
    }
    recoverySet.emit(view, [record.account], [recoveryKeyHash, delay, due])
    return []
  },
})

export const startRecovery = method({
  name: 'startRecovery',
  mutability: 'nonpayable',
  inputs: [
    ['address', 'account'],
    ['uint8', 'newAlgorithm'],
    ['bytes', 'newPublicKey'],
    ['bytes', 'proofOfPossession'],
    ['uint8', 'recoveryAlgorithm'],
    ['bytes', 'recoveryPublicKey'],
    ['bytes', 'recoverySignature'],
  ],
  outputs: [],
  gas: (input) =>
    gasTable.call + verificationGasAt(input, 1) + verificationGasAt(input, 4) + wordsGas(input),
  run(view, account, newAlgorithm, newPublicKey, proof, algorithm, publicKey, signature) {
    const record = new AccountRecord(view, account)
    const newKey = keyArgument(newAlgorithm, newPublicKey)
    const recoveryKey = keyArgument(algorithm, publicKey)
    refuseDuringRecovery(record)
    const scheduled = scheduledSetting(record)
    const now = settingNow(view, record, scheduled)
    if (now.keyHash === undefined) throw new PrecompileRevert('accounts: no recovery is set')
    if (!equal(keyHash(recoveryKey.algorithm, recoveryKey.publicKey), now.keyHash)) {
      throw new PrecompileRevert('accounts: not the recovery key')
    }
    const newKeyHash = checkRecovery(view, record, newKey, proof, recoveryKey, signature)
    storeKey(view, newKey)
    settle(view, record, scheduled)
    const due = view.timestamp + now.delay
    record.set(field.pendingKeyHash, newKeyHash)
    record.set(field.pendingDue, due)
    recoveryStarted.emit(view, [account, newKeyHash], [due])
    return []
  },
})

/** Both keys signed for the same change; the new one's hash. */
function checkRecovery(
  view: PrecompileView,
  record: AccountRecord,
  newKey: PublicKey,
  proof: Uint8Array,
  { algorithm, publicKey }: PublicKey,
  signature: Uint8Array,
): Uint8Array {
  const changes = record.number(field.changes)
  const newKeyHash = provenKeyHash(view, record, changes, newKey, proof)
  const { account } = record
  const change = { networkId: view.networkId, account, changes, newKeyHash }
  const message = keccak256(recoverPreimage(change))
  if (!mlDsa(algorithm).verify(publicKey, message, signature, contexts.key)) {
    throw new PrecompileRevert('accounts: recovery signature fails')
  }
  return newKeyHash
}

export const cancelRecovery = method({
  name: 'cancelRecovery',
  mutability: 'nonpayable',
  inputs: [],
  outputs: [],
  gas: () => gasTable.call,
  run(view) {
    const record = ownRecord(view)
    const { newKeyHash, due } = pendingRecovery(record)
    if (view.timestamp >= due) throw new PrecompileRevert('accounts: recovery is due')
    const cancels = record.number(field.cancels)
    if (cancels >= cancelsInARow) throw new PrecompileRevert('accounts: no cancel is left')
    clearRecovery(record)
    record.set(field.cancels, cancels + 1n)
    // Else anyone could start the cancelled recovery again with its published signatures.
    record.set(field.changes, record.number(field.changes) + 1n)
    recoveryCancelled.emit(view, [record.account, newKeyHash], [cancels + 1n])
    return []
  },
})

export const finishRecovery = method({
  name: 'finishRecovery',
  mutability: 'nonpayable',
  inputs: [['address', 'account']],
  outputs: [],
  gas: () => gasTable.call,
  run(view, account) {
    const record = new AccountRecord(view, account)
    const { newKeyHash, due } = pendingRecovery(record)
    if (view.timestamp < due) throw new PrecompileRevert('accounts: recovery is not due')
    const changes = record.number(field.changes) + 1n
    clearRecovery(record)
    record.set(field.cancels, 0n)
    record.set(field.keyHash, newKeyHash)
    record.set(field.changes, changes)
    keyChanged.emit(view, [account, newKeyHash], [changes])
    return []
  },
})

function refuseDuringRecovery(record: AccountRecord): void {
  if (!isUnset(record.word(field.pendingKeyHash))) {
    throw new PrecompileRevert('accounts: a recovery is under way')
  }
}

function pendingRecovery(record: AccountRecord): { newKeyHash: Uint8Array; due: bigint } {
  const newKeyHash = record.word(field.pendingKeyHash)
  if (isUnset(newKeyHash)) throw new PrecompileRevert('accounts: no recovery is under way')
  return { newKeyHash, due: record.number(field.pendingDue) }
}

function clearRecovery(record: AccountRecord): void {
  record.set(field.pendingKeyHash, 0n)
  record.set(field.pendingDue, 0n)
}
