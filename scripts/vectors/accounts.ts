/** The vectors of the account registry: stories, each from an empty registry. */
import { type Hex } from 'viem'

import type { VectorCall, Vectors } from '#precompiles'

import {
  G,
  T,
  day,
  zero,
  call,
  mine,
  next,
  third,
  recovery,
  thief,
  account,
  encode,
  stored,
  direct,
  carrying,
  at,
  proof,
  signed,
  verifyOf,
  verifyWith,
  verification,
  registration,
  rotation,
  queries,
  setRecovery,
  recoverySet,
  setting,
  firstSetting,
  start,
  startGas,
  started,
  finish,
  recoveryOf,
  newMine,
  cancelled,
  thiefSchedules,
} from './account-calls.ts'
import { cold, key, noChange, reset, set, log } from './oracle.ts'

function refusedRegistrations(): VectorCall[] {
  const input = encode('register')
  const notDirect = { revert: 'accounts: not a direct call', gas: 0 }
  return [
    { note: 'by a contract', input, context: { ...direct, depth: 1 }, ...notDirect },
    {
      note: 'for another than the sender',
      input,
      context: { ...direct, origin: thief.address },
      ...notDirect,
    },
    {
      note: 'without the key',
      input,
      context: { ...direct, envelope: { algorithm: 0x44, key: mine.keyHash } },
      revert: 'accounts: the transaction carries no public key',
      gas: cold,
    },
    {
      note: 'in a call that no transaction carries',
      input,
      context: direct,
      revert: 'accounts: the transaction carries no public key',
      gas: cold,
    },
    {
      note: "with another account's key",
      input,
      context: carrying(thief),
      revert: "accounts: not the caller's key",
      gas: cold,
    },
    { note: 'with value', input, context: { ...direct, value: 1 }, halt: true },
    {
      note: 'with a byte too many',
      input: `${input}00`,
      context: direct,
      revert: 'register: malformed arguments',
      gas: 0,
    },
  ]
}

function registrationStory(): VectorCall[] {
  return [
    { note: 'the network', input: encode('networkId'), output: G, gas: call },
    queries.keyOf(zero),
    queries.publicKeyOf(undefined),
    verification('without a record the key must be given', verifyOf(mine), mine, false),
    verification('the key of the address', verifyWith(mine), mine, true),
    verification('another key', verifyWith(thief), thief, false),
    ...refusedRegistrations(),
    registration(),
    {
      note: 'twice',
      input: encode('register'),
      context: direct,
      revert: 'accounts: registered already',
      gas: cold,
    },
    queries.keyOf(mine.keyHash),
    queries.publicKeyOf(mine),
    verification('a signature by the key', verifyOf(mine), mine, true),
    verification('a signature by another key', verifyOf(thief), thief, false),
    { note: 'an unknown selector', input: '0x01020304', halt: true },
    { note: 'no selector', input: '0x', halt: true },
  ]
}

function to(algorithm: number, publicKey: Hex, signature: Hex): Hex {
  return encode('rotate', [algorithm, publicKey, signature])
}

function rotationStory(): VectorCall[] {
  return [
    registration(),
    {
      note: 'by a contract',
      input: to(0x44, thief.publicKey, '0x'),
      context: { ...direct, depth: 1 },
      revert: 'accounts: not a direct call',
      gas: 6500,
    },
    {
      note: 'to an unknown algorithm',
      input: to(0x45, thief.publicKey, '0x'),
      context: direct,
      revert: 'accounts: unknown algorithm',
      gas: 13_500,
    },
    {
      note: 'to a key of the wrong length',
      input: to(0x65, thief.publicKey, '0x'),
      context: direct,
      revert: 'accounts: wrong key length',
      gas: 9000,
    },
    {
      note: 'to a key that nobody proved to hold',
      input: to(0x44, thief.publicKey, proof(mine, 0)),
      context: direct,
      revert: 'accounts: proof of possession fails',
      gas: 6500 + 2 * cold,
    },
    {
      note: 'to the same key',
      input: to(0x44, mine.publicKey, proof(mine, 0)),
      context: direct,
      revert: 'accounts: the key is the same',
      gas: 6500 + cold,
    },
    rotation('the first rotation', next, 0, true),
    queries.keyOf(next.keyHash),
    queries.changesOf(1),
    verification('the old key has no say', verifyWith(mine), mine, false),
    verification('the new key has', verifyWith(next), next, true),
    {
      note: 'back, with the proof for another change',
      input: to(0x44, thief.publicKey, proof(thief, 0)),
      context: direct,
      revert: 'accounts: proof of possession fails',
      gas: 6500 + 2 * cold,
    },
    rotation('the second rotation', third, 1, false),
    queries.publicKeyOf(third),
  ]
}

function lostKeyStory(): VectorCall[] {
  const due = T + day + 2 * day
  const input = start(newMine, 0)
  const other = encode('startRecovery', [
    account,
    newMine.mode,
    newMine.publicKey,
    proof(newMine, 0),
    thief.mode,
    thief.publicKey,
    signed(thief),
  ])
  return [
    {
      note: 'nothing to remove',
      input: setRecovery(zero, 0),
      context: at(T),
      revert: 'accounts: no recovery is set',
      gas: call + setting,
    },
    ...[day - 1, 365 * day + 1].map((delay) => ({
      note: `a delay of ${delay} s`,
      input: setRecovery(recovery.keyHash, delay),
      context: at(T),
      revert: 'accounts: delay out of range',
      gas: call,
    })),
    {
      note: 'no recovery is set',
      input,
      context: at(T),
      revert: 'accounts: no recovery is set',
      gas: startGas(input) + setting,
    },
    firstSetting(),
    {
      note: 'by another key',
      input: other,
      context: at(T + day),
      revert: 'accounts: not the recovery key',
      gas: startGas(other) + setting,
    },
    started({
      note: 'the recovery key starts it',
      newKey: newMine,
      changes: 0,
      when: T + day,
      due,
    }),
    recoveryOf('under way', T + day, [
      recovery.keyHash,
      2 * day,
      0,
      newMine.keyHash,
      due,
      zero,
      0,
      0,
    ]),
    {
      note: 'a second too early',
      input: encode('finishRecovery', [account]),
      context: { timestamp: due - 1 },
      revert: 'accounts: recovery is not due',
      gas: call + 2 * cold,
    },
    {
      note: 'too late to cancel',
      input: encode('cancelRecovery'),
      context: at(due),
      revert: 'accounts: recovery is due',
      gas: call + 2 * cold,
    },
    {
      ...finish(newMine, 1, cold + noChange + cold + set + set, {}),
      context: { depth: 2, timestamp: due },
    },
    {
      note: 'once only',
      input: encode('finishRecovery', [account]),
      context: { timestamp: due },
      revert: 'accounts: no recovery is under way',
      gas: call + cold,
    },
    verification('the new key signs', verifyOf(newMine), newMine, true),
    verification('the lost key has no say', verifyWith(mine), mine, false),
  ]
}

const dropping = {
  dropped: 2 * cold + 3 * reset,
  cleared: stored({ 7: zero, 8: zero, 9: zero }),
}

/** The thief holds the account's key and plays every move; the recovery key prevails. */
function thiefStory(): VectorCall[] {
  const [first, second, last] = [T + 1, T + 20, T + 30]
  const due = last + 8 * day
  return [
    registration(),
    firstSetting(),
    thiefSchedules(T, T + 2 * day),
    recoveryOf('the owner sees it coming', T, [
      recovery.keyHash,
      2 * day,
      0,
      zero,
      0,
      thief.keyHash,
      day,
      T + 2 * day,
    ]),
    started({
      note: 'a recovery drops the scheduled setting',
      newKey: newMine,
      changes: 0,
      when: first,
      due: first + 2 * day,
      ...dropping,
    }),
    {
      note: 'no setting during a recovery',
      input: setRecovery(thief.keyHash, day),
      context: at(first),
      revert: 'accounts: a recovery is under way',
      gas: call + cold,
    },
    rotation('a rotation does not cancel', key(0x44, 0x17), 0, true),
    {
      note: 'nor does a contract',
      input: encode('cancelRecovery'),
      context: { ...at(first), depth: 1 },
      revert: 'accounts: not a direct call',
      gas: call,
    },
    cancelled(T + 10, 1, 2, true),
    {
      note: 'nobody repeats a cancelled recovery',
      input: start(newMine, 0),
      context: at(T + 11),
      revert: 'accounts: proof of possession fails',
      gas: startGas(start(newMine, 0)) + setting + cold,
    },
    started({
      note: 'again, at twice the delay',
      newKey: newMine,
      changes: 2,
      when: second,
      due: second + 4 * day,
    }),
    cancelled(T + 25, 2, 3, false),
    started({
      note: 'and again, at four times the delay',
      newKey: newMine,
      changes: 3,
      when: last,
      due,
    }),
    {
      note: 'no third cancel',
      input: encode('cancelRecovery'),
      context: at(last + 1),
      revert: 'accounts: no cancel is left',
      gas: call + 3 * cold,
    },
    {
      ...finish(newMine, 4, cold + reset + cold + reset + reset, { 4: zero }),
      context: { timestamp: due },
    },
    recoveryOf('the delay is the set one again', due, [
      recovery.keyHash,
      2 * day,
      0,
      zero,
      0,
      zero,
      0,
      0,
    ]),
  ]
}

function settingStory(): VectorCall[] {
  const due = T + 2 * day
  const removal = due + day
  const settled = cold + cold + reset + reset + cold + noChange + 3 * reset
  return [
    firstSetting(),
    thiefSchedules(T, due),
    recoveryOf('before it is due', due - 1, [
      recovery.keyHash,
      2 * day,
      0,
      zero,
      0,
      thief.keyHash,
      day,
      due,
    ]),
    {
      ...recoveryOf('it takes over by itself', due, [thief.keyHash, day, 0, zero, 0, zero, 0, 0]),
      gas: call + 5 * cold,
    },
    {
      note: 'a removal waits for the new delay',
      input: setRecovery(zero, 0),
      context: at(due),
      gas: call + 4 * cold + settled + 2 * noChange + noChange + log(2, 96),
      logs: [recoverySet(zero, 0, removal)],
      storage: stored({ 2: thief.keyHash, 3: day, 7: zero, 8: zero, 9: removal }),
    },
    {
      ...recoveryOf('none is left', removal, [zero, 0, 0, zero, 0, zero, 0, 0]),
      gas: call + 5 * cold,
    },
  ]
}

export function accountsVectors(): Vectors {
  return {
    provenance:
      'Hashes and deterministic signatures by @noble/hashes 2.4.0 and @noble/post-quantum 0.7.1 from ' +
      'seeds of 32 equal bytes, call data by viem 2.57.1, gas added up by hand; made by ' +
      'scripts/vectors.ts.',
    sequences: [
      { note: 'registration', calls: registrationStory() },
      { note: 'rotation', calls: rotationStory() },
      { note: 'recovery of a lost key', calls: lostKeyStory() },
      { note: 'recovery against a thief who holds the key', calls: thiefStory() },
      { note: 'a recovery setting changes', calls: settingStory() },
    ],
  }
}
