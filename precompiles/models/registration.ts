/** What the owner of a model does with it. */
import { concat, encodeRlp, equal, fixed, toBigInt, utf8 } from '#base'
import { keccak256, sha3_256 } from '#crypto'

import { method } from '../contract.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { chunkStored, deactivated, finalized, registered, transferred } from './events.ts'
import { gasTable } from './gas.ts'
import { limits } from './limits.ts'
import { blobsOf, bytesOf, compiled, demandClaimable, isHashOf } from './program.ts'
import { terms } from './questions.ts'
import { kinds, leastBond, modelId, ModelRecord, statuses, usualTerms } from './record.ts'

const id = ['bytes32', 'id'] as const
const runtime = 1

export const register = method({
  name: 'register',
  mutability: 'nonpayable',
  inputs: [
    ['string', 'name'],
    ['bytes32', 'hash'],
    ['uint64', 'size'],
    ['uint64', 'runtime'],
    ['uint8', 'kind'],
    ['string', 'licence'],
    ['string', 'metadata'],
  ],
  outputs: [id],
  gas: (input) => gasTable.call + gasTable.storedByte * input.length,
  run(view, name, hash, size, asked, kind, licence, metadata) {
    demand(utf8(name).length >= 1 && utf8(name).length <= limits.nameBytes.value, 'name length')
    demand(utf8(licence).length <= limits.licenceBytes.value, 'licence length')
    demand(utf8(metadata).length <= limits.metadataBytes.value, 'metadata length')
    demand(size >= 1n && size <= BigInt(limits.modelBytes.value), 'model size')
    demand(asked === BigInt(runtime), 'unknown runtime')
    demand(kind <= BigInt(kinds.committed), 'unknown kind')
    const version = raise(view, versionsSlot(view.caller, name))
    const made = modelId(view.caller, name, version)
    const record = new ModelRecord(view, made)
    record.putHead({
      status: statuses.draft,
      kind: Number(kind),
      runtime,
      size: Number(size),
      version: Number(version),
      owner: view.caller,
    })
    record.hash = hash
    record.texts = blobsOf(view).put(encodeRlp([name, licence, metadata].map((text) => utf8(text))))
    record.terms = usualTerms
    record.bond = leastBond
    view.put(listSlot(raise(view, countSlot)), made)
    registered.emit(view, [made, view.caller], [name, version, hash])
    return [made]
  },
})

export const setTerms = method({
  name: 'setTerms',
  mutability: 'nonpayable',
  inputs: [id, ...terms],
  outputs: [],
  gas: () => gasTable.call,
  run(view, of, windowSeconds, windowBlocks, turnSeconds, turnBlocks, bond, attesters, threshold) {
    const record = drafted(view, of)
    const most = BigInt(limits.window.value)
    for (const time of [windowSeconds, windowBlocks, turnSeconds, turnBlocks]) {
      demand(time >= 1n && time <= most, 'times of claims')
    }
    demand(threshold < 0x1_0000n, 'threshold')
    demand(bond >= leastBond, 'bond')
    demand((threshold === 0n) === (toBigInt(attesters) === 0n), 'attesters without a threshold')
    record.terms = { windowSeconds, windowBlocks, turnSeconds, turnBlocks, threshold }
    record.attesters = attesters
    record.bond = bond
    return []
  },
})

export const putChunk = method({
  name: 'putChunk',
  mutability: 'nonpayable',
  inputs: [id, ['uint64', 'index'], ['bytes', 'chunk']],
  outputs: [],
  gas: (input) => gasTable.call + gasTable.storedByte * input.length,
  run(view, of, index, chunk) {
    const record = drafted(view, of)
    const { size } = record.head()
    const start = Number(index) * limits.chunkBytes.value
    demand(start < size, 'chunk index')
    demand(chunk.length === Math.min(limits.chunkBytes.value, size - start), 'chunk length')
    record.putChunk(Number(index), blobsOf(view).put(chunk))
    chunkStored.emit(view, [of], [index])
    return []
  },
})

export const finalize = method({
  name: 'finalize',
  mutability: 'nonpayable',
  inputs: [id],
  outputs: [],
  gas: () => gasTable.call,
  run(view, of) {
    const record = drafted(view, of)
    const head = record.head()
    view.charge(BigInt(gasTable.finalizedByte * head.size))
    const count = Math.ceil(head.size / limits.chunkBytes.value)
    const chunks = Array.from({ length: count }, (_, index) => record.chunk(index))
    demand(
      chunks.every((hash) => toBigInt(hash) !== 0n),
      'a chunk is missing',
    )
    const manifest = blobsOf(view).put(concat(...chunks))
    const bytes = bytesOf(view, manifest)
    demand(isHashOf(record.hash, bytes), 'the bytes have another hash')
    const program = compiled(bytes, head.kind, (parts) =>
      view.charge(BigInt(gasTable.finalizedPart * parts)),
    )
    if (head.kind === kinds.committed) demandClaimable(program, head.size)
    const { cost } = program
    const macs = BigInt(cost.macs)
    const elements = BigInt(cost.elements)
    const { inputBytes, outputBytes, parts } = cost
    record.cost = { macs, elements, inputBytes, outputBytes, parts, activeFrom: view.height }
    record.manifest = manifest
    record.putHead({ ...head, status: statuses.active })
    finalized.emit(view, [of], [macs, elements])
    return []
  },
})

export const deactivate = method({
  name: 'deactivate',
  mutability: 'nonpayable',
  inputs: [id],
  outputs: [],
  gas: () => gasTable.call,
  run(view, of) {
    const record = owned(view, of)
    const head = record.head()
    demand(head.status === statuses.active, 'not active')
    record.putHead({ ...head, status: statuses.inactive })
    deactivated.emit(view, [of], [])
    return []
  },
})

export const transfer = method({
  name: 'transfer',
  mutability: 'nonpayable',
  inputs: [id, ['address', 'to']],
  outputs: [],
  gas: () => gasTable.call,
  run(view, of, to) {
    const record = owned(view, of)
    record.putHead({ ...record.head(), owner: to })
    transferred.emit(view, [of, view.caller, to], [])
    return []
  },
})

/** Holds the number of models ever registered. */
export const countSlot = keccak256(utf8('pars/models/count'))

/** Holds the id of the `place`th model, from 1 on. */
export function listSlot(place: bigint): Uint8Array {
  return keccak256(concat(utf8('pars/models/list'), fixed(place, 32)))
}

/** Holds how many versions of `name` its publisher has registered. */
export function versionsSlot(publisher: Uint8Array, name: string): Uint8Array {
  return keccak256(concat(utf8('pars/models/versions'), publisher, sha3_256(utf8(name))))
}

/** Counts a slot up and returns the new count. */
function raise(view: PrecompileView, slot: Uint8Array): bigint {
  const next = toBigInt(view.get(slot)) + 1n
  view.put(slot, fixed(next, 32))
  return next
}

function owned(view: PrecompileView, of: Uint8Array): ModelRecord {
  const record = new ModelRecord(view, of)
  demand(equal(record.head().owner, view.caller), 'not the owner')
  return record
}

function drafted(view: PrecompileView, of: Uint8Array): ModelRecord {
  const record = owned(view, of)
  demand(record.head().status === statuses.draft, 'not a draft')
  return record
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new PrecompileRevert(`models: ${what}`)
}
