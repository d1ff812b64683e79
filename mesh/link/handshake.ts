import { concat, equal, isFault, type Random } from '#base'
import { constantTimeEqual, type DecapsulationKey, mlKem, X25519Key } from '#crypto'

import { linkFault, malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { derive } from './derive.ts'
import { addressOfRecord, type KeyRecord } from './key-record.ts'
import { Session, type Standing } from './session.ts'

const kem = mlKem(768)
/** The responder keeps nothing of a session before it heard the initiator's first cell. */
const asked: Standing = { isConfirmed: true, isSettled: false }
const answered: Standing = { isConfirmed: false, isSettled: false }
export const lockBytes = 16
const proofMacBytes = 16
const kemKeyAt = lockBytes + kem.ciphertextBytes
const pointAt = kemKeyAt + kem.publicKeyBytes
const factsAt = pointAt + X25519Key.bytes
const proofPointAt = kemKeyAt
const proofMacAt = proofPointAt + X25519Key.bytes

/** lock 16 | ciphertext 1088 | ephemeral ML-KEM key 1184 | ephemeral X25519 key 32 | facts 3. */
export const linkRequestBytes = factsAt + 3
/** preimage 16 | ciphertext 1088 | ephemeral X25519 key 32 | proof of the keys 16. */
export const linkProofBytes = proofMacAt + proofMacBytes

/** What the initiator says of the way, bound into the keys. */
export interface LinkFacts {
  /** Of the largest cell, 219..65535 bytes. */
  readonly mtu: number
  /** One byte, for the caller to give a meaning to. */
  readonly flags: number
}

/**
 * Whether the first bytes of a proof answer the first of a request: for relays, which know no key. Only
 * the holder of the address's key, and who made the request, knows what the lock is the hash of.
 *
 * @param lock The first 16 bytes of the request.
 * @param preimage The first 16 of the proof.
 */
export function provesLock(lock: Uint8Array, preimage: Uint8Array): boolean {
  return preimage.length === lockBytes && equal(lock, lockFor(preimage))
}

/** 16 bytes by which both sides name a link. */
export function linkIdOf(request: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('linkid', 16, request)
}

/** A request without an answer yet. The secrets stay in private fields. */
export class LinkOffer {
  /** 2323 bytes. It may be sent again as it is: the answer will be the same. */
  readonly request: Uint8Array<ArrayBuffer>
  readonly linkId: Uint8Array<ArrayBuffer>
  readonly #address: Uint8Array<ArrayBuffer>
  readonly #static: Uint8Array<ArrayBuffer>
  readonly #preimage: Uint8Array<ArrayBuffer>
  readonly #random: Random
  #ephemeral: { readonly kem: DecapsulationKey; readonly point: X25519Key } | undefined

  /** Use `offerLink`. */
  constructor(record: KeyRecord, { mtu, flags }: LinkFacts, random: Random) {
    const { ciphertext, sharedSecret } = kem.encapsulate(record.kemKey)
    this.#ephemeral = { kem: kem.generate(random), point: X25519Key.generate(random) }
    const { kem: key, point } = this.#ephemeral
    const facts = Uint8Array.of(mtu >> 8, mtu & 0xff, flags)
    const bound = concat(ciphertext, key.publicKey, point.publicKey, facts)
    this.#address = addressOfRecord(record)
    this.#static = sharedSecret
    this.#preimage = preimageFor(sharedSecret, this.#address, bound)
    this.#random = random
    const lock = lockFor(this.#preimage)
    this.request = concat(lock, bound)
    this.linkId = linkIdOf(this.request)
  }

  /**
   * @param proof 1152 bytes.
   * @throws `MESH_MALFORMED` for what is no answer to this request; the right one may still come.
   *   `MESH_LINK` once one came
   */
  complete(proof: Uint8Array): Session {
    if (this.#ephemeral === undefined) throw linkFault('closed')
    const { ciphertext, point, preimage, mac } = decodeProof(proof)
    if (!constantTimeEqual(preimage, this.#preimage))
      throw malformed('link proof', 'it is for another request')
    const root = rootOf({
      secrets: [
        this.#static,
        kem.decapsulate(this.#ephemeral.kem, ciphertext),
        agreed(this.#ephemeral.point, point, 'link proof'),
      ],
      address: this.#address,
      request: this.request,
      ciphertext,
      point,
    })
    if (!constantTimeEqual(mac, proofMac(root))) throw malformed('link proof', 'it was changed')
    this.#ephemeral = undefined
    this.#static.fill(0)
    const session = new Session('initiator', root, asked, this.#random)
    root.fill(0)
    return session
  }
}

/**
 * A link to the owner of `record`, by key encapsulation alone: who answers holds the address's key, who
 * asks stays unknown. X25519 stands beside ML-KEM; there is nothing to negotiate.
 *
 * @throws `MESH_MALFORMED` for facts out of range; `CRYPTO_KEY_INVALID`
 */
export function offerLink(record: KeyRecord, facts: LinkFacts, random: Random): LinkOffer {
  checkFacts(facts)
  return new LinkOffer(record, facts, random)
}

/** Who is asked for links. */
export interface LinkHost {
  /** 32 bytes. */
  readonly address: Uint8Array
  readonly key: DecapsulationKey
  readonly random: Random
}

export interface LinkAnswer {
  /** 1152 bytes. */
  readonly proof: Uint8Array<ArrayBuffer>
  /** Seals nothing until the initiator's first cell was opened: a replay gets no further. */
  readonly session: Session
  readonly facts: LinkFacts
}

/**
 * Answers a request that was never answered: `LinkAnswers` sees to that, and to what it may cost.
 *
 * @throws `MESH_MALFORMED` for what was not made for this address, after one decapsulation
 */
export function answerRequest(request: Uint8Array, { address, key, random }: LinkHost): LinkAnswer {
  const { lock, ciphertext, kemKey, point, facts, bound } = decodeRequest(request)
  const shared = kem.decapsulate(key, ciphertext)
  const preimage = preimageFor(shared, address, bound)
  if (!constantTimeEqual(lock, lockFor(preimage))) {
    throw malformed('link request', 'it is for another, or was changed')
  }
  const ephemeral = encapsulated(kemKey)
  const ownPoint = X25519Key.generate(random)
  const root = rootOf({
    secrets: [shared, ephemeral.sharedSecret, agreed(ownPoint, point, 'link request')],
    address,
    request,
    ciphertext: ephemeral.ciphertext,
    point: ownPoint.publicKey,
  })
  const mac = proofMac(root)
  const proof = concat(preimage, ephemeral.ciphertext, ownPoint.publicKey, mac)
  const session = new Session('responder', root, answered, random)
  root.fill(0)
  return { proof, session, facts }
}

interface RequestParts {
  readonly lock: Uint8Array
  readonly ciphertext: Uint8Array
  readonly kemKey: Uint8Array
  readonly point: Uint8Array
  readonly facts: LinkFacts
  /** All but the lock. */
  readonly bound: Uint8Array
}

function decodeRequest(bytes: Uint8Array): RequestParts {
  if (bytes.length !== linkRequestBytes) throw malformed('link request', 'it has another length')
  const [high = 0, low = 0, flags = 0] = bytes.subarray(factsAt)
  const facts = { mtu: (high << 8) | low, flags }
  checkFacts(facts)
  return {
    lock: bytes.subarray(0, lockBytes),
    ciphertext: bytes.subarray(lockBytes, kemKeyAt),
    kemKey: bytes.subarray(kemKeyAt, pointAt),
    point: bytes.subarray(pointAt, factsAt),
    facts,
    bound: bytes.subarray(lockBytes),
  }
}

function decodeProof(bytes: Uint8Array): {
  readonly preimage: Uint8Array
  readonly ciphertext: Uint8Array
  readonly point: Uint8Array
  readonly mac: Uint8Array
} {
  if (bytes.length !== linkProofBytes) throw malformed('link proof', 'it has another length')
  return {
    preimage: bytes.subarray(0, lockBytes),
    ciphertext: bytes.subarray(lockBytes, proofPointAt),
    point: bytes.subarray(proofPointAt, proofMacAt),
    mac: bytes.subarray(proofMacAt),
  }
}

function checkFacts({ mtu, flags }: LinkFacts): void {
  const { leastCell, cell } = limits
  const isMtu = Number.isInteger(mtu) && mtu >= leastCell.value && mtu <= cell.value
  if (!isMtu || !Number.isInteger(flags) || flags < 0 || flags > 0xff) {
    throw malformed('link request', 'its facts are out of range')
  }
}

function encapsulated(kemKey: Uint8Array): ReturnType<typeof kem.encapsulate> {
  try {
    return kem.encapsulate(kemKey)
  } catch (error) {
    throw asMalformed(error, 'link request')
  }
}

function agreed(own: X25519Key, point: Uint8Array, what: string): Uint8Array<ArrayBuffer> {
  try {
    return own.agree(point)
  } catch (error) {
    throw asMalformed(error, what)
  }
}

function asMalformed(error: unknown, what: string): unknown {
  return isFault(error, 'CRYPTO_KEY_INVALID') ? malformed(what, 'a key in it is none') : error
}

function preimageFor(
  shared: Uint8Array,
  address: Uint8Array,
  bound: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return derive(shared, 'lock', lockBytes, meshHash('link-request', 32, address, bound))
}

function lockFor(preimage: Uint8Array): Uint8Array<ArrayBuffer> {
  return meshHash('lockh', lockBytes, preimage)
}

/** Secure while either ML-KEM or X25519 is. @see SP 800-56C rev. 2 §2 on hybrid shared secrets */
function rootOf({
  secrets,
  address,
  request,
  ciphertext,
  point,
}: {
  readonly secrets: readonly Uint8Array[]
  readonly address: Uint8Array
  readonly request: Uint8Array
  readonly ciphertext: Uint8Array
  readonly point: Uint8Array
}): Uint8Array<ArrayBuffer> {
  const transcript = meshHash('link', 32, address, request, ciphertext, point)
  const combined = concat(...secrets)
  const root = derive(combined, 'root', 32, transcript)
  combined.fill(0)
  return root
}

function proofMac(root: Uint8Array): Uint8Array<ArrayBuffer> {
  return derive(root, 'proof', proofMacBytes)
}
