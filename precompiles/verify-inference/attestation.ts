/** k of n accounts that say what a model answers. Their word, and no proof. */
import { concat, decodeRlp, equal, fixed, isFault, type Rlp, toBigInt, unhex, utf8 } from '#base'
import { keccak256, keyHash, mlDsa, sha3_256 } from '#crypto'
import {
  algorithms,
  contexts,
  foreignMessage,
  isAlgorithm,
  keyHashAddress,
  slotPreimage,
} from '#protocol'

import type { PrecompileView } from '../plugin.ts'
import { gasTable } from './gas.ts'
import { limits } from './limits.ts'

const accounts = unhex('0x0000000000000000000000000000000000000606')

/** What an attester signs under `pars-712-v1`, as `accounts.verify` has it. */
export function attestationHash(
  model: Uint8Array,
  input: Uint8Array,
  output: Uint8Array,
): Uint8Array {
  return sha3_256(concat(utf8('pars/attestation/1'), model, sha3_256(input), sha3_256(output)))
}

/** Root over attesters' addresses, which stand in ascending order. */
export function attestersRoot(addresses: readonly Uint8Array[]): Uint8Array {
  let level = addresses.map((address) => leafOf(address))
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
      const [left, right] = [level[2 * index], level[2 * index + 1]]
      return right === undefined ? (left as Uint8Array) : parent(left as Uint8Array, right)
    })
  }
  return sha3_256(concat(Uint8Array.of(2), fixed(addresses.length, 4), level[0] ?? noAttesters))
}
const noAttesters = new Uint8Array(32)

/** The siblings on the way from the attester at `place` to the root. */
export function attesterPath(
  addresses: readonly Uint8Array[],
  place: number,
): readonly Uint8Array[] {
  const path: Uint8Array[] = []
  let level = addresses.map((address) => leafOf(address))
  for (let at = place; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1]
    if (sibling !== undefined) path.push(sibling)
    const below = level
    level = Array.from({ length: Math.ceil(below.length / 2) }, (_, index) => {
      const [left, right] = [below[2 * index], below[2 * index + 1]]
      return right === undefined ? (left as Uint8Array) : parent(left as Uint8Array, right)
    })
  }
  return path
}

interface Attestation {
  readonly place: number
  readonly algorithm: number
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly path: readonly Uint8Array[]
  readonly account: Uint8Array
}

export interface Attesters {
  readonly root: Uint8Array
  readonly threshold: number
}

/**
 * Whether at least `threshold` of the attesters of `root` signed `hash`. `proof` is the RLP of
 * [count of attesters, [place, account, algorithm, public key, signature, [siblings]] ...] in ascending
 * places. Charges each signature before it is verified.
 */
export function isAttested(
  view: PrecompileView,
  { root, threshold }: Attesters,
  hash: Uint8Array,
  proof: Uint8Array,
): boolean {
  view.charge(BigInt(gasTable.proofByte * proof.length))
  if (proof.length > limits.attestationBytes.value * (threshold + 1)) return false
  const parts = parse(proof)
  if (parts === undefined || threshold === 0 || parts.signed.length < threshold) return false
  let before = -1
  let account = 0n
  for (const attestation of parts.signed) {
    if (attestation.place <= before || attestation.place >= parts.count) return false
    before = attestation.place
    // One account in two places is one attester.
    if (toBigInt(attestation.account) <= account) return false
    account = toBigInt(attestation.account)
    const made = rootOver(attestation, parts.count)
    if (made === undefined || !equal(made, root)) return false
    if (!isSigned(view, attestation, hash)) return false
  }
  return true
}

function isSigned(
  view: PrecompileView,
  { algorithm, publicKey, signature, account }: Attestation,
  hash: Uint8Array,
): boolean {
  if (!isAlgorithm(algorithm)) return false
  const { publicKeyBytes, verifyGas } = algorithms[algorithm]
  if (publicKey.length !== publicKeyBytes) return false
  view.charge(BigInt(gasTable.attestation + verifyGas))
  const own = keyHash(algorithm, publicKey)
  const registered = view.getOf(accounts, keccak256(slotPreimage(account, 0n)))
  const isKey =
    toBigInt(registered) === 0n ? equal(keyHashAddress(own), account) : equal(own, registered)
  if (!isKey) return false
  const message = foreignMessage(view.networkId, hash)
  return mlDsa(algorithm).verify(publicKey, message, signature, contexts.foreign)
}

/** Undefined where the path is not as long as the way. */
function rootOver({ account, place, path }: Attestation, count: number): Uint8Array | undefined {
  let hash = leafOf(account)
  let at = place
  let width = count
  let next = 0
  while (width > 1) {
    const isLone = at === width - 1 && width % 2 === 1
    if (!isLone) {
      const sibling = path[next++]
      if (sibling === undefined) return undefined
      hash = at % 2 === 0 ? parent(hash, sibling) : parent(sibling, hash)
    }
    at >>= 1
    width = Math.ceil(width / 2)
  }
  if (next !== path.length) return undefined
  return sha3_256(concat(Uint8Array.of(2), fixed(count, 4), hash))
}

function leafOf(address: Uint8Array): Uint8Array {
  return sha3_256(concat(Uint8Array.of(0), address))
}

function parent(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha3_256(concat(Uint8Array.of(1), left, right))
}

/** Undefined where the bytes are no proof. */
function parse(
  proof: Uint8Array,
): { readonly count: number; readonly signed: readonly Attestation[] } | undefined {
  try {
    const [count, ...rest] = list(decodeRlp(proof))
    const attesters = number(count)
    if (attesters > limits.attesters.value || rest.length > attesters) return undefined
    return { count: attesters, signed: rest.map(toAttestation) }
  } catch (error) {
    if (error instanceof NoProof || isFault(error)) return undefined
    throw error
  }
}

class NoProof extends Error {}

function toAttestation(item: Rlp): Attestation {
  const [place, account, algorithm, publicKey, signature, path, ...rest] = list(item)
  if (rest.length > 0) throw new NoProof()
  const attestation = {
    place: number(place),
    account: bytes(account),
    algorithm: number(algorithm),
    publicKey: bytes(publicKey),
    signature: bytes(signature),
    path: list(path).map(bytes),
  }
  const hashes = attestation.path.every(({ length }) => length === 32)
  if (attestation.account.length !== 20 || !hashes) throw new NoProof()
  return attestation
}

function list(item: Rlp | undefined): readonly Rlp[] {
  if (item === undefined || item instanceof Uint8Array) throw new NoProof()
  return item
}

function bytes(item: Rlp | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item
  throw new NoProof()
}

function number(item: Rlp | undefined): number {
  const value = bytes(item)
  if (value.length > 4 || value[0] === 0) throw new NoProof()
  return Number(toBigInt(value))
}
