/**
 * The start-up question: what have you signed, and what have you seen of me? Answers are signed
 * under `pars-recover-v1` over the asker's challenge, so an old one says nothing.
 *
 * @see PIP-0007 "Recovery"
 */
import { concat, decodeRlp, encodeRlp, Fault, fixed, isFault, toBigInt, trimmed, utf8 } from '#base'
import { sha256 } from '#crypto'
import { contexts } from '#protocol'

import type { Header } from '../core/block.ts'
import { headerDigest } from '../core/hashes.ts'
import { decodeHeader, encodeHeader, unhexed } from '../core/ssz.ts'
import { checkHeader, type Epoch, genesisRefs } from '../core/validity.ts'
import type { Signer, Verify } from '../ports.ts'
import { encodeQuestion, malformed, type Question } from '../wire/frames.ts'

/** What one member answers another. */
export interface Testimony {
  /** Its own highest header. */
  readonly own: Header | undefined
  /** The highest of the asker's that it has seen. */
  readonly yours: Header | undefined
}

const tag = utf8('pars/recover/1')
const none = new Uint8Array(0)

export async function signTestimony(
  signer: Signer,
  epoch: Epoch,
  answerer: number,
  question: Question,
  { own, yours }: Testimony,
): Promise<Uint8Array> {
  const message = preimage(epoch, answerer, question, { own, yours })
  const signature = await signer.sign(message, contexts.recovery)
  return encodeRlp([trimmed(answerer), encoded(own), encoded(yours), signature])
}

/**
 * Reads the answer of `answerer` and verifies every signature in it.
 * @throws `CONSENSUS_FRAME`, `CONSENSUS_ANSWER`, or the validity fault of a header.
 */
export async function readTestimony(
  verify: Verify,
  epoch: Epoch,
  answerer: number,
  question: Question,
  bytes: Uint8Array,
): Promise<Testimony> {
  const [author, ownBytes, yoursBytes, signature] = fields(bytes)
  if (author === undefined || signature === undefined) throw malformed(bytes)
  if (toBigInt(author) !== BigInt(answerer)) throw malformed(bytes)
  const own = decoded(ownBytes)
  const yours = decoded(yoursBytes)
  const key = epoch.committee.members[answerer]?.publicKey ?? none
  const message = preimage(epoch, answerer, question, { own, yours })
  if (!(await verify(key, message, signature, contexts.recovery))) throw wrong('signature')
  await checkSigned(verify, epoch, answerer, own)
  await checkSigned(verify, epoch, question.author, yours)
  return { own, yours }
}

async function checkSigned(
  verify: Verify,
  epoch: Epoch,
  author: number,
  header: Header | undefined,
): Promise<void> {
  if (header === undefined) return
  if (header.core.author !== author) throw wrong('author')
  checkHeader(header, epoch, genesisRefs(epoch))
  const key = epoch.committee.members[author]?.publicKey ?? none
  const digest = unhexed(headerDigest(header.core))
  if (!(await verify(key, digest, header.signature, contexts.dag))) throw wrong('header')
}

function preimage(
  epoch: Epoch,
  answerer: number,
  question: Question,
  { own, yours }: Testimony,
): Uint8Array {
  const parts = [own, yours].map((header) =>
    header === undefined ? new Uint8Array(32) : unhexed(headerDigest(header.core)),
  )
  const asked = concat(unhexed(epoch.genesisHash), encodeQuestion(question))
  return sha256(concat(tag, asked, fixed(answerer, 2), ...parts))
}

function fields(bytes: Uint8Array): readonly Uint8Array[] {
  try {
    const item = decodeRlp(bytes, 1)
    if (!(item instanceof Uint8Array) && item.length === 4) {
      return item.map((field) => (field instanceof Uint8Array ? field : none))
    }
  } catch (error) {
    if (!isFault(error)) throw error
    throw malformed(bytes)
  }
  throw malformed(bytes)
}

function encoded(header: Header | undefined): Uint8Array {
  return header === undefined ? none : encodeHeader(header)
}

function decoded(bytes: Uint8Array | undefined): Header | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : decodeHeader(bytes)
}

function wrong(what: string): Fault<{ code: 'CONSENSUS_ANSWER'; what: string }> {
  return new Fault({ code: 'CONSENSUS_ANSWER', what })
}
