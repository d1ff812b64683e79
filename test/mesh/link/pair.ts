import assert from 'node:assert/strict'

import type { Random } from '#base'
import { type DecapsulationKey, mlKem } from '#crypto'

import {
  addressOfRecord,
  answerLink,
  type KeyRecord,
  LinkAnswers,
  linkContexts,
  offerLink,
} from '../../../mesh/link/index.ts'
import type { Session } from '../../../mesh/link/session.ts'
import { ManualClock } from '../../manual-clock.ts'

export const facts = { mtu: 500, flags: 0 }

/** Somebody with an address. */
export interface Resident {
  readonly key: DecapsulationKey
  readonly record: KeyRecord
  readonly address: Uint8Array<ArrayBuffer>
  readonly random: Random
}

export function resident(random: Random): Resident {
  const key = mlKem(768).generate(random)
  const signingKeyHash = random.bytes(32)
  const record = { kemKey: key.publicKey, signingKeyHash, anchor: random.bytes(21) }
  return { key, record, address: addressOfRecord(record), random }
}

export interface Pair {
  readonly initiator: Session
  readonly responder: Session
}

/** A link on which nothing was said yet: the responder may not speak. */
export function unconfirmed(random: Random, host = resident(random)): Pair {
  const offer = offerLink(host.record, facts, random)
  const answers = new LinkAnswers(new ManualClock())
  const { proof, fresh } = answerLink(offer.request, { ...host, answers, source: '' })
  assert.ok(fresh !== undefined)
  return { initiator: offer.complete(proof), responder: fresh.session }
}

/** A link on which both have heard each other. */
export function linked(random: Random, host?: Resident): Pair {
  const pair = unconfirmed(random, host)
  hand(pair.initiator, pair.responder)
  hand(pair.responder, pair.initiator)
  return pair
}

/** A cell from one to the other, with the ratchet where `capacity` suffices. */
export function hand(from: Session, to: Session, capacity = 0): void {
  const { bytes, receipt } = from.seal(linkContexts.keepalive, new Uint8Array(0), capacity)
  assert.deepEqual(to.open(linkContexts.keepalive, bytes)?.receipt, receipt)
}
