/** Calls of the account registry with the results, gas and logs that they must have. */
import {
  concat,
  encodeEventTopics,
  encodeFunctionData,
  type EncodeFunctionDataParameters,
  encodeFunctionResult,
  type EncodeFunctionResultParameters,
  type Hex,
  parseAbi,
  size,
  stringToHex,
} from 'viem'

import type { VectorCall, VectorContext, VectorLog, VectorSlot } from '#precompiles'

import { cold, hash, type Key, key, log, reset, schemes, set, slot, word } from './oracle.ts'

export const abi = parseAbi([
  'function register()',
  'function rotate(uint8 algorithm, bytes publicKey, bytes proofOfPossession)',
  'function setRecovery(bytes32 recoveryKeyHash, uint64 delay)',
  'function startRecovery(address account, uint8 newAlgorithm, bytes newPublicKey, bytes proofOfPossession, uint8 recoveryAlgorithm, bytes recoveryPublicKey, bytes recoverySignature)',
  'function cancelRecovery()',
  'function finishRecovery(address account)',
  'function verify(address account, bytes32 hash, bytes signature) view returns (bool)',
  'function verifyWithKey(address account, uint8 algorithm, bytes publicKey, bytes32 hash, bytes signature) view returns (bool)',
  'function networkId() view returns (bytes32)',
  'function keyOf(address account) view returns (bytes32)',
  'function publicKeyOf(address account) view returns (uint8, bytes)',
  'function changesOf(address account) view returns (uint256)',
  'function recoveryOf(address account) view returns (bytes32, uint64, uint8, bytes32, uint64, bytes32, uint64, uint64)',
  'event KeyChanged(address indexed account, bytes32 indexed keyHash, uint256 changes)',
  'event RecoverySet(address indexed account, bytes32 recoveryKeyHash, uint64 delay, uint64 due)',
  'event RecoveryStarted(address indexed account, bytes32 indexed newKeyHash, uint64 due)',
  'event RecoveryCancelled(address indexed account, bytes32 indexed newKeyHash, uint8 cancels)',
])

/** Of the conformance suite's default network. */
export const G: Hex = `0x${'47'.repeat(32)}`
export const T = 1_700_000_000
export const day = 86_400
export const zero = word(0)
export const call = 500
const message = hash(stringToHex('a document'))

export const mine = key(0x44, 0x11)
export const next = key(0x65, 0x12)
export const third = key(0x87, 0x13)
export const recovery = key(0x44, 0x14)
export const thief = key(0x44, 0x15)
export const account = mine.address

type Name = Extract<(typeof abi)[number], { type: 'function' }>['name']
type EventName = Extract<(typeof abi)[number], { type: 'event' }>['name']

type Arguments = EncodeFunctionDataParameters<typeof abi>['args']
type Result = EncodeFunctionResultParameters<typeof abi>['result']

export function encode(functionName: Name, args: Arguments = []): Hex {
  return encodeFunctionData({ abi, functionName, args })
}

function answer(functionName: Name, result: Result): Hex {
  return encodeFunctionResult({ abi, functionName, result })
}

function event(
  eventName: EventName,
  indexed: { readonly account: Hex; readonly keyHash?: Hex; readonly newKeyHash?: Hex },
  data: readonly (bigint | Hex)[],
): VectorLog {
  const topics = encodeEventTopics({ abi, eventName, args: indexed })
  const members = data.map((value) => (typeof value === 'bigint' ? word(value) : value))
  return { topics: topics as Hex[], data: concat(members) }
}

function keyChanged(keyHash: Hex, changes: number): VectorLog {
  return event('KeyChanged', { account, keyHash }, [BigInt(changes)])
}

export function stored(fields: Readonly<Record<number, Hex | number>>): VectorSlot[] {
  return Object.entries(fields).map(([index, value]) => ({
    slot: slot(account, Number(index)),
    word: typeof value === 'number' ? word(value) : value,
  }))
}

export const direct: VectorContext = { caller: account }

export function carrying({ mode, publicKey }: Key): VectorContext {
  return { ...direct, envelope: { algorithm: mode, key: publicKey } }
}

export function at(timestamp: number, context: VectorContext = direct): VectorContext {
  return { ...context, timestamp }
}

export function proof(newKey: Key, changes: number): Hex {
  return newKey.sign(
    hash(stringToHex('rotate'), G, account, word(changes), newKey.keyHash),
    'pars-key-v1',
  )
}

export function signed(by: Key, hashed = message): Hex {
  return by.sign(concat([G, hashed]), 'pars-712-v1')
}

function words(input: Hex): number {
  return 6 * Math.ceil(size(input) / 32)
}

export const verifyOf = (by: Key): Hex => encode('verify', [account, message, signed(by)])
export const verifyWith = (by: Key): Hex =>
  encode('verifyWithKey', [account, by.mode, by.publicKey, message, signed(by)])

export function verification(note: string, input: Hex, by: Key, valid: boolean): VectorCall {
  const gas = call + cold + schemes[by.mode].verifyGas + words(input)
  return { note, input, output: word(valid ? 1 : 0), gas }
}

export function registration(): VectorCall {
  return {
    note: 'the transaction carries the key',
    input: encode('register'),
    context: carrying(mine),
    gas: cold + set + 200 * 1312 + log(3, 32),
    logs: [keyChanged(mine.keyHash, 0)],
    storage: stored({ 0: mine.keyHash }),
  }
}

export function rotation(note: string, to: Key, changes: number, first: boolean): VectorCall {
  const { verifyGas, publicKeyBytes } = schemes[to.mode]
  return {
    note,
    input: encode('rotate', [to.mode, to.publicKey, proof(to, changes)]),
    context: direct,
    gas: verifyGas + 2 * cold + reset + (first ? set : reset) + 200 * publicKeyBytes + log(3, 32),
    logs: [keyChanged(to.keyHash, changes + 1)],
    storage: stored({ 0: to.keyHash, 1: changes + 1 }),
  }
}

export const queries = {
  keyOf: (keyHash: Hex): VectorCall => ({
    note: 'the key hash',
    input: encode('keyOf', [account]),
    output: keyHash,
    gas: call + cold,
  }),
  publicKeyOf: (of: Key | undefined): VectorCall => ({
    note: 'the key',
    input: encode('publicKeyOf', [account]),
    output: answer('publicKeyOf', of === undefined ? [0, '0x'] : [of.mode, of.publicKey]),
    gas: 2600 + cold,
  }),
  changesOf: (changes: number): VectorCall => ({
    note: 'the change counter',
    input: encode('changesOf', [account]),
    output: word(changes),
    gas: call + cold,
  }),
}

export function setRecovery(to: Hex, delay: number): Hex {
  return encode('setRecovery', [to, BigInt(delay)])
}

export function recoverySet(to: Hex, delay: number, due: number): VectorLog {
  return event('RecoverySet', { account }, [to, BigInt(delay), BigInt(due)])
}

/** Gas of reading the setting in force with nothing scheduled: pending, nextDue, key, cancels, delay. */
export const setting = 5 * cold

export function firstSetting(): VectorCall {
  return {
    note: 'the first setting holds at once',
    input: setRecovery(recovery.keyHash, 2 * day),
    context: at(T),
    gas: call + setting + 2 * set + log(2, 96),
    logs: [recoverySet(recovery.keyHash, 2 * day, T)],
    storage: stored({ 2: recovery.keyHash, 3: 2 * day }),
  }
}

export function start(newKey: Key, changes: number): Hex {
  const approval = recovery.sign(
    hash(stringToHex('recover'), G, account, word(changes), newKey.keyHash),
    'pars-key-v1',
  )
  return encode('startRecovery', [
    account,
    newKey.mode,
    newKey.publicKey,
    proof(newKey, changes),
    recovery.mode,
    recovery.publicKey,
    approval,
  ])
}

/** Before storage, for two keys of ML-DSA-44. */
export function startGas(input: Hex): number {
  return call + 2 * 6500 + words(input)
}

export interface Start {
  readonly note: string
  readonly newKey: Key
  readonly changes: number
  readonly when: number
  readonly due: number
  /** Gas of dropping a scheduled setting. */
  readonly dropped?: number
  readonly cleared?: readonly VectorSlot[]
}

/** Anyone may bring it: the thief's victim has no account to pay from. */
export function started({
  note,
  newKey,
  changes,
  when,
  due,
  dropped = 0,
  cleared = [],
}: Start): VectorCall {
  const input = start(newKey, changes)
  const writes = set + cold + set
  return {
    note,
    input,
    context: at(when, { depth: 1 }),
    gas: startGas(input) + setting + cold + dropped + 200 * 1312 + writes + log(3, 32),
    logs: [event('RecoveryStarted', { account, newKeyHash: newKey.keyHash }, [BigInt(due)])],
    storage: [...stored({ 5: newKey.keyHash, 6: due }), ...cleared],
  }
}

export function finish(newKey: Key, changes: number, gas: number, fields: object): VectorCall {
  return {
    note: 'anyone finishes it when it is due',
    input: encode('finishRecovery', [account]),
    context: { depth: 2 },
    gas: call + 3 * cold + 2 * reset + gas + log(3, 32),
    logs: [keyChanged(newKey.keyHash, changes)],
    storage: stored({ 0: newKey.keyHash, 1: changes, 5: zero, 6: zero, ...fields }),
  }
}

export function recoveryOf(
  note: string,
  when: number,
  result: readonly (Hex | number)[],
): VectorCall {
  const members = result.map((value) => (typeof value === 'number' ? word(value) : value))
  const scheduled = result[7] === 0 ? 0 : 2 * cold
  return {
    note,
    input: encode('recoveryOf', [account]),
    context: { timestamp: when },
    output: concat(members),
    gas: call + 6 * cold + scheduled,
  }
}

export const newMine = key(0x44, 0x16)

export function cancelled(
  when: number,
  cancels: number,
  changes: number,
  first: boolean,
): VectorCall {
  return {
    note: `the thief cancels for the ${cancels === 1 ? 'first' : 'second'} time`,
    input: encode('cancelRecovery'),
    context: at(when),
    gas: call + 4 * cold + 2 * reset + (first ? set : reset) + reset + log(3, 32),
    logs: [event('RecoveryCancelled', { account, newKeyHash: newMine.keyHash }, [BigInt(cancels)])],
    storage: stored({ 1: changes, 4: cancels, 5: zero, 6: zero }),
  }
}

export function thiefSchedules(when: number, due: number): VectorCall {
  return {
    note: "the thief names a recovery key of the thief's own",
    input: setRecovery(thief.keyHash, day),
    context: at(when),
    gas: call + setting + 2 * (cold + set) + set + log(2, 96),
    logs: [recoverySet(thief.keyHash, day, due)],
    storage: stored({ 7: thief.keyHash, 8: day, 9: due }),
  }
}
