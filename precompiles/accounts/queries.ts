/** What contracts and clients ask of the registry. */
import { empty } from '#base'
import { keyHash } from '#crypto'
import { algorithms, isAlgorithm } from '#protocol'

import { method } from '../contract.ts'
import { isKeyOf, isUnset, registeredKey, signedForeign } from './authority.ts'
import { gasTable, verificationGasAt, verificationGasByLength, wordsGas } from './gas.ts'
import { AccountRecord, field } from './record.ts'
import { scheduledSetting, settingNow } from './recovery-setting.ts'

const account = ['address', 'account'] as const
const unset = new Uint8Array(32)

export const verify = method({
  name: 'verify',
  mutability: 'view',
  inputs: [account, ['bytes32', 'hash'], ['bytes', 'signature']],
  outputs: [['bool', 'valid']],
  gas: (input) => gasTable.call + verificationGasByLength(input) + wordsGas(input),
  run(view, of, hash, signature) {
    const registered = new AccountRecord(view, of).word(field.keyHash)
    if (isUnset(registered)) return [false]
    return [signedForeign(view, registeredKey(view, registered), hash, signature)]
  },
})

export const verifyWithKey = method({
  name: 'verifyWithKey',
  mutability: 'view',
  inputs: [
    account,
    ['uint8', 'algorithm'],
    ['bytes', 'publicKey'],
    ['bytes32', 'hash'],
    ['bytes', 'signature'],
  ],
  outputs: [['bool', 'valid']],
  gas: (input) => gasTable.call + verificationGasAt(input, 1) + wordsGas(input),
  run(view, of, number, publicKey, hash, signature) {
    const algorithm = Number(number)
    if (!isAlgorithm(algorithm)) return [false]
    if (publicKey.length !== algorithms[algorithm].publicKeyBytes) return [false]
    if (!isKeyOf(new AccountRecord(view, of), keyHash(algorithm, publicKey))) return [false]
    return [signedForeign(view, { algorithm, publicKey }, hash, signature)]
  },
})

export const networkId = method({
  name: 'networkId',
  mutability: 'view',
  inputs: [],
  outputs: [['bytes32', 'genesisHash']],
  gas: () => gasTable.call,
  run: (view) => [view.networkId],
})

export const keyOf = method({
  name: 'keyOf',
  mutability: 'view',
  inputs: [account],
  outputs: [['bytes32', 'keyHash']],
  gas: () => gasTable.call,
  run: (view, of) => [new AccountRecord(view, of).word(field.keyHash)],
})

export const publicKeyOf = method({
  name: 'publicKeyOf',
  mutability: 'view',
  inputs: [account],
  outputs: [
    ['uint8', 'algorithm'],
    ['bytes', 'publicKey'],
  ],
  gas: () => gasTable.keyRead,
  run(view, of) {
    const registered = new AccountRecord(view, of).word(field.keyHash)
    if (isUnset(registered)) return [0n, empty]
    const { algorithm, publicKey } = registeredKey(view, registered)
    return [BigInt(algorithm), publicKey]
  },
})

export const changesOf = method({
  name: 'changesOf',
  mutability: 'view',
  inputs: [account],
  outputs: [['uint256', 'changes']],
  gas: () => gasTable.call,
  run: (view, of) => [new AccountRecord(view, of).number(field.changes)],
})

export const recoveryOf = method({
  name: 'recoveryOf',
  mutability: 'view',
  inputs: [account],
  outputs: [
    ['bytes32', 'recoveryKeyHash'],
    ['uint64', 'delay'],
    ['uint8', 'cancels'],
    ['bytes32', 'pendingKeyHash'],
    ['uint64', 'pendingDue'],
    ['bytes32', 'nextRecoveryKeyHash'],
    ['uint64', 'nextDelay'],
    ['uint64', 'nextDue'],
  ],
  gas: () => gasTable.call,
  run(view, of) {
    const record = new AccountRecord(view, of)
    const scheduled = scheduledSetting(record)
    const now = settingNow(view, record, scheduled)
    const next = scheduled !== undefined && view.timestamp < scheduled.due ? scheduled : undefined
    return [
      now.keyHash ?? unset,
      now.delay,
      now.cancels,
      record.word(field.pendingKeyHash),
      record.number(field.pendingDue),
      next?.keyHash ?? unset,
      next?.delay ?? 0n,
      next?.due ?? 0n,
    ]
  },
})
