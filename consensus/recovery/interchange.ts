/**
 * What a validator must never forget, as a file: for moving a key to another machine. JSON in the
 * manner of EIP-3076. Floors only rise by an import.
 *
 * @see https://eips.ethereum.org/EIPS/eip-3076
 */
import { Fault, isFault, unhex } from '#base'
import type { Change, Store } from '#storage'

import type { Digest } from '../core/block.ts'
import { signerName } from '../store/dag-store.ts'
import { signingKey, signingRange, signerOf } from '../store/keys.ts'
import { decodeFacts, encodeFacts, noFacts, type SigningFacts } from '../store/records.ts'
import { seal, unseal } from '../store/seal.ts'

const interchangeFormat = '1'

/** One key in one epoch. */
interface Entry extends Pick<
  SigningFacts,
  'hasBegun' | 'hasForgotten' | 'floor' | 'attestFloor' | 'checkpointFloor' | 'muteRound'
> {
  readonly epoch: number
  /** sha256 of the public key. */
  readonly signer: Digest
}

/**
 * Writes W5 for a key that has never signed: once, when the folder is made for a new key. A validator
 * without it starts as one that has lost its memory.
 */
export async function beginEpoch(
  store: Store,
  { epoch, publicKey }: { readonly epoch: number; readonly publicKey: Uint8Array },
): Promise<void> {
  const signer = signerName(publicKey)
  const known = read(store, epoch, signer)
  await store.write([change(epoch, signer, { ...known, hasBegun: true })], { sync: true })
}

/**
 * @param genesisHash G.
 * @throws `CONSENSUS_INTERCHANGE` when there is nothing to export.
 */
export async function exportProtection(
  store: Store,
  genesisHash: Digest,
  epoch: number,
): Promise<string> {
  const data: unknown[] = []
  for await (const [key, sealed] of store.entries(signingRange(epoch))) {
    const { own, floor, ...facts } = decodeFacts(unseal(key, sealed))
    const signer = `0x${signerOf(key)}`
    data.push({ epoch, signer, ...facts, floor: Math.max(floor, own?.round ?? 0) })
  }
  if (data.length === 0) throw invalid('the folder has no signing record of this epoch')
  const metadata = {
    format: `pars-slashing-protection/${interchangeFormat}`,
    genesisHash: `0x${genesisHash}`,
  }
  return `${JSON.stringify({ metadata, data }, undefined, 2)}\n`
}

/**
 * Raises the floors of the keys that the file names; the store must not be in use.
 *
 * @returns How many keys.
 * @throws `CONSENSUS_INTERCHANGE`, and then nothing has changed.
 */
export async function importProtection(
  store: Store,
  genesisHash: Digest,
  text: string,
): Promise<number> {
  const entries = parse(text, genesisHash)
  const changes = entries.map((entry) => {
    const known = read(store, entry.epoch, entry.signer)
    return change(entry.epoch, entry.signer, {
      hasBegun: known.hasBegun || entry.hasBegun,
      hasForgotten: known.hasForgotten || entry.hasForgotten,
      floor: Math.max(known.floor, entry.floor),
      attestFloor: Math.max(known.attestFloor, entry.attestFloor),
      checkpointFloor: Math.max(known.checkpointFloor, entry.checkpointFloor),
      muteRound: Math.max(known.muteRound, entry.muteRound),
      own: known.own,
    })
  })
  await store.write(changes, { sync: true })
  return entries.length
}

function read(store: Store, epoch: number, signer: Digest): SigningFacts {
  const key = signingKey(epoch, signer)
  const sealed = store.get(key)
  return sealed === undefined ? noFacts : decodeFacts(unseal(key, sealed))
}

function change(epoch: number, signer: Digest, facts: SigningFacts): Change {
  const key = signingKey(epoch, signer)
  return { type: 'put', key, value: seal(key, encodeFacts(facts)) }
}

function parse(text: string, genesisHash: Digest): readonly Entry[] {
  const { metadata, data } = record(json(text))
  const { format, genesisHash: network } = record(metadata)
  if (format !== `pars-slashing-protection/${interchangeFormat}`) {
    throw invalid(`not a file of format pars-slashing-protection/${interchangeFormat}`)
  }
  if (network !== `0x${genesisHash}`) throw invalid('the file is of another network')
  if (!Array.isArray(data) || data.length === 0) throw invalid('the file names no key')
  const entries = data.map((item) => {
    const fields = record(item)
    return {
      epoch: number(fields, 'epoch'),
      signer: digest(fields['signer']),
      hasBegun: flag(fields, 'hasBegun'),
      hasForgotten: flag(fields, 'hasForgotten'),
      floor: number(fields, 'floor'),
      attestFloor: number(fields, 'attestFloor'),
      checkpointFloor: number(fields, 'checkpointFloor'),
      muteRound: number(fields, 'muteRound'),
    }
  })
  const names = new Set(entries.map((entry) => `${entry.epoch} ${entry.signer}`))
  if (names.size < entries.length) throw invalid('the file names a key twice')
  return entries
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(`not JSON: ${String(error)}`)
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return { ...value }
  throw invalid('an object is missing')
}

function number(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
    if (value < 2 ** (name === 'attestFloor' || name === 'checkpointFloor' ? 48 : 32)) return value
  }
  throw invalid(`${name} is not a number in range`)
}

function flag(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = fields[name]
  if (typeof value === 'boolean') return value
  throw invalid(`${name} is not true or false`)
}

function digest(value: unknown): Digest {
  try {
    const bytes = unhex(typeof value === 'string' ? value : '')
    if (bytes.length === 32) return bytes.toHex()
  } catch (error) {
    if (!isFault(error)) throw error
  }
  throw invalid('signer is not the sha256 of a public key')
}

function invalid(reason: string): Fault<{ code: 'CONSENSUS_INTERCHANGE'; reason: string }> {
  return new Fault({ code: 'CONSENSUS_INTERCHANGE', reason })
}
