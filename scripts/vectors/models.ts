/** The vectors of the registry of models. */
import { type Hex, size, stringToHex, toRlp } from 'viem'

import type { Vectors } from '#precompiles'

import { Ledger } from './ledger.ts'
import { type Arguments, encode, event } from './model-abi.ts'
import { modelPrices as prices } from './model-prices.ts'
import {
  chunkBytes,
  claimed,
  classifier,
  idOf,
  negation,
  publisher,
  type Sample,
  sha3,
  usualTerms,
  words,
  wordSlot,
} from './model-samples.ts'
import { hash, word } from './oracle.ts'

const stranger: Hex = `0x${'bb'.repeat(20)}`
const heir: Hex = `0x${'cc'.repeat(20)}`
const licence = 'MIT'
const metadata = '{"task":"vectors"}'

const countSlot = hash(stringToHex('pars/models/count'))
const listSlot = (place: number): Hex => hash(stringToHex('pars/models/list'), word(place))
const versionsSlot = (name: string): Hex =>
  hash(stringToHex('pars/models/versions'), publisher, sha3(stringToHex(name)))
const textsOf = (name: string): Hex =>
  toRlp([name, licence, metadata].map((text) => stringToHex(text)))

const head = (of: Sample, version = 1): Hex => wordSlot(idOf(of, version), 0)
const field = (of: Sample, place: number): Hex => wordSlot(idOf(of), place)

function stored(name: string, args: Arguments): number {
  return prices.call + prices.storedByte * size(encode(name, args))
}

function registration(of: Sample): Arguments {
  return [of.name, sha3(of.bytes), of.size, 1, of.kind, licence, metadata]
}

/** @param place Which of all registrations it is. */
function register(ledger: Ledger, of: Sample, version: number, place: number): void {
  const args = registration(of)
  const id = idOf(of, version)
  const asked = { note: `${of.name}, version ${version}`, name: 'register', args }
  ledger.returns({ ...asked, gas: stored('register', args) }, [id], (steps) =>
    steps
      .read(versionsSlot(of.name))
      .write(versionsSlot(of.name), word(version))
      .write(head(of, version), words.head(1, of, version))
      .write(wordSlot(id, 1), sha3(of.bytes))
      .write(wordSlot(id, 4), sha3(textsOf(of.name)))
      .write(wordSlot(id, 5), words.terms(usualTerms))
      .write(wordSlot(id, 7), word(usualTerms.bond))
      .read(countSlot)
      .write(countSlot, word(place))
      .write(listSlot(place), id)
      .log(event('Registered', [id, publisher, of.name, version, sha3(of.bytes)])),
  )
}

function putChunk(ledger: Ledger, of: Sample, chunk = of.bytes, note = 'its bytes'): void {
  const args = [idOf(of), 0, chunk]
  ledger.returns({ note, name: 'putChunk', args, gas: stored('putChunk', args) }, [], (steps) =>
    steps
      .read(head(of), head(of), head(of))
      .write(field(of, 16), sha3(chunk))
      .log(event('ChunkStored', [idOf(of), 0])),
  )
}

function finalize(ledger: Ledger, of: Sample): void {
  const gas = prices.call + prices.finalizedByte * of.size + prices.finalizedPart * of.parts
  const args = [idOf(of)]
  ledger.returns({ note: `${of.name} becomes active`, name: 'finalize', args, gas }, [], (steps) =>
    steps
      .read(head(of), head(of), head(of), field(of, 16), field(of, 1))
      .write(field(of, 2), words.cost(of))
      .write(field(of, 3), sha3(sha3(of.bytes)))
      .write(head(of), words.head(2, of))
      .log(event('Finalized', [idOf(of), of.macs, of.elements])),
  )
}

function questionGas(name: string, args?: Arguments): number {
  return prices.call + prices.word * Math.ceil(size(encode(name, args)) / 32)
}

function query(
  ledger: Ledger,
  call: { readonly note: string; readonly name: string; readonly args?: Arguments },
  result: Arguments,
  slots: readonly Hex[] = [],
  gas = 0,
): void {
  const base = questionGas(call.name, call.args)
  ledger.returns({ ...call, gas: base + gas }, result, (steps) => steps.read(...slots))
}

function lifeStory(): Ledger {
  const ledger = new Ledger()
  const of = classifier
  const id = idOf(of)
  const args = [id]
  const model = (status: number, owner = publisher): Arguments => [
    status,
    of.kind,
    1,
    of.size,
    1,
    owner,
    sha3(of.bytes),
  ]
  const shown = [head(of), field(of, 1)]
  query(
    ledger,
    { note: 'no version yet', name: 'versionsOf', args: [publisher, of.name] },
    [0],
    [versionsSlot(of.name)],
  )
  register(ledger, of, 1, 1)
  query(ledger, { note: 'a draft', name: 'model', args }, model(1), shown)
  query(ledger, { note: 'usual terms', name: 'termsOf', args }, Object.values(usualTerms), [
    field(of, 5),
    field(of, 7),
    field(of, 6),
  ])
  putChunk(ledger, of)
  finalize(ledger, of)
  query(ledger, { note: 'active', name: 'model', args }, model(2), shown)
  const cost = [of.macs, of.elements, of.inputBytes, of.outputBytes, 1]
  query(ledger, { note: 'its cost', name: 'costOf', args }, cost, [field(of, 2)])
  const texts = [of.name, licence, metadata]
  const textGas = prices.textByte * size(textsOf(of.name))
  query(
    ledger,
    { note: 'its texts', name: 'textsOf', args },
    texts,
    [head(of), field(of, 4)],
    textGas,
  )
  ledger.returns(
    { note: 'it is passed on', name: 'transfer', args: [id, heir], gas: prices.call },
    [],
    (steps) =>
      steps
        .read(head(of), head(of))
        .write(head(of), words.head(2, of, 1, heir))
        .log(event('Transferred', [id, publisher, heir])),
  )
  const owned = { name: 'deactivate', args, gas: prices.call }
  ledger.reverts({ ...owned, note: 'by who had it' }, 'models: not the owner', (steps) =>
    steps.read(head(of)),
  )
  const asHeir = { context: { caller: heir } }
  ledger.returns({ ...owned, ...asHeir, note: 'by who has it' }, [], (steps) =>
    steps
      .read(head(of), head(of))
      .write(head(of), words.head(3, of, 1, heir))
      .log(event('Deactivated', [id])),
  )
  ledger.reverts({ ...owned, ...asHeir, note: 'once only' }, 'models: not active', (steps) =>
    steps.read(head(of), head(of)),
  )
  query(ledger, { note: 'out of use', name: 'model', args }, model(3, heir), shown)
  return ledger
}

function listStory(): Ledger {
  const ledger = new Ledger()
  query(ledger, { note: 'none', name: 'count' }, [0], [countSlot])
  register(ledger, classifier, 1, 1)
  register(ledger, negation, 1, 2)
  register(ledger, negation, 2, 3)
  query(ledger, { note: 'three', name: 'count' }, [3], [countSlot])
  const versions = { name: 'versionsOf', args: [publisher, negation.name] }
  query(ledger, { ...versions, note: 'two versions' }, [2], [versionsSlot(negation.name)])
  const third = { name: 'idOf', args: [publisher, negation.name, 3] }
  query(ledger, { ...third, note: 'the id of a third' }, [idOf(negation, 3)])
  const ids = [idOf(classifier), idOf(negation), idOf(negation, 2)]
  for (const [start, most] of [
    [0, 2],
    [2, 100],
    [3, 1],
  ] as const) {
    const call = { note: `${most} from ${start}`, name: 'list', args: [start, most] }
    const found = ids.slice(start, start + most)
    const places = found.map((_, at) => listSlot(start + at + 1))
    query(ledger, call, [found], [countSlot, ...places])
  }
  const page = { name: 'list', args: [0, 101] }
  const long = { ...page, note: 'too many', gas: questionGas(page.name, page.args) }
  ledger.reverts(long, 'models: page too long')
  return ledger
}

const refusals: readonly (readonly [string, number, unknown])[] = [
  ['name length', 0, ''],
  ['name length', 0, 'n'.repeat(65)],
  ['model size', 2, 0],
  ['model size', 2, 1_048_577],
  ['unknown runtime', 3, 2],
  ['unknown kind', 4, 2],
  ['licence length', 5, 'l'.repeat(65)],
  ['metadata length', 6, 'm'.repeat(4097)],
]

function refusedRegistrations(): Ledger {
  const ledger = new Ledger()
  for (const [why, place, value] of refusals) {
    const args = registration(classifier).with(place, value)
    const note = `${why}: ${String(value).slice(0, 8)}`
    ledger.reverts(
      { note, name: 'register', args, gas: stored('register', args) },
      `models: ${why}`,
    )
  }
  const whole = encode('register', registration(classifier))
  ledger.halts('with value', whole, { value: 1 })
  ledger.halts('in a static call', whole, { isStatic: true })
  ledger.halts('an unknown selector', '0x01020304')
  const unknown = { name: 'model', args: [word(5)], gas: questionGas('model', [word(5)]) }
  ledger.reverts({ ...unknown, note: 'an unknown model' }, 'models: unknown model', (steps) =>
    steps.read(wordSlot(word(5), 0)),
  )
  return ledger
}

function draftStory(): Ledger {
  const ledger = new Ledger()
  const of = claimed
  const id = idOf(of)
  const drafted = [head(of), head(of)]
  const times = { windowSeconds: 60, windowBlocks: 30, turnSeconds: 20, turnBlocks: 10 }
  const terms = { ...times, bond: 2n * 10n ** 17n, attesters: sha3('0x'), threshold: 2 }
  const setting = { name: 'setTerms', args: [id, ...Object.values(terms)], gas: prices.call }
  const args = [id]
  const finalizing = { name: 'finalize', args, gas: prices.call + prices.finalizedByte * of.size }
  register(ledger, of, 1, 1)
  ledger.returns({ ...setting, note: 'its terms' }, [], (steps) =>
    steps
      .read(...drafted)
      .write(field(of, 5), words.terms(terms))
      .write(field(of, 6), terms.attesters)
      .write(field(of, 7), word(terms.bond)),
  )
  for (const [why, place, value] of [
    ['times of claims', 1, 0],
    ['times of claims', 4, 31_536_001],
    ['bond', 5, 10n ** 17n - 1n],
    ['threshold', 7, 65_536],
    ['attesters without a threshold', 7, 0],
    ['attesters without a threshold', 6, word(0)],
  ] as const) {
    const refused = { ...setting, note: `${why}: ${value}`, args: setting.args.with(place, value) }
    ledger.reverts(refused, `models: ${why}`, (steps) => steps.read(...drafted))
  }
  const other = { context: { caller: stranger }, note: 'by a stranger' }
  ledger.reverts({ ...setting, ...other }, 'models: not the owner', (steps) => steps.read(head(of)))
  ledger.reverts({ ...finalizing, note: 'without bytes' }, 'models: a chunk is missing', (steps) =>
    steps.read(...drafted, head(of), field(of, 16)),
  )
  for (const [why, index, chunk] of [
    ['chunk index', 1, of.bytes],
    ['chunk length', 0, `${of.bytes}00`],
    ['chunk length', 0, '0x'],
  ] as const) {
    const put = { note: why, name: 'putChunk', args: [id, index, chunk] }
    ledger.reverts({ ...put, gas: stored('putChunk', put.args) }, `models: ${why}`, (steps) =>
      steps.read(...drafted, head(of)),
    )
  }
  const zeros: Hex = `0x${'00'.repeat(of.size)}`
  putChunk(ledger, of, zeros, 'other bytes')
  const hashed = [...drafted, head(of), field(of, 16), field(of, 1)]
  const why = 'models: the bytes have another hash'
  ledger.reverts({ ...finalizing, note: why }, why, (steps) => steps.read(...hashed))
  putChunk(ledger, of)
  finalize(ledger, of)
  ledger.reverts({ ...setting, note: 'too late' }, 'models: not a draft', (steps) =>
    steps.read(...drafted),
  )
  return ledger
}

/** A graph of many chunks, which is no model. */
function chunksStory(): Ledger {
  const ledger = new Ledger()
  const bytes: Hex = `0x${'42'.repeat(chunkBytes + 1)}`
  const of = { ...classifier, name: 'noise', bytes, size: chunkBytes + 1 }
  const id = idOf(of)
  register(ledger, of, 1, 1)
  for (const [index, length] of [
    [1, 1],
    [0, chunkBytes],
  ] as const) {
    const chunk: Hex = `0x${'42'.repeat(length)}`
    const args = [id, index, chunk]
    const put = { note: `chunk ${index}`, name: 'putChunk', args }
    ledger.returns({ ...put, gas: stored('putChunk', args) }, [], (steps) =>
      steps
        .read(head(of), head(of), head(of))
        .write(field(of, 16 + index), sha3(chunk))
        .log(event('ChunkStored', [id, index])),
    )
  }
  const gas = prices.call + prices.finalizedByte * of.size
  const why = 'models: not a pars-int-1 model within its limits'
  ledger.reverts({ note: 'noise', name: 'finalize', args: [id], gas }, why, (steps) =>
    steps.read(head(of), head(of), head(of), field(of, 16), field(of, 17), field(of, 1)),
  )
  return ledger
}

export function modelsVectors(): Vectors {
  return {
    provenance:
      'SHA3-256 by node:crypto, Keccak by @noble/hashes 2.4.0, call data, logs and RLP by viem 2.57.1, ' +
      'ONNX files and gas put together by hand; made by scripts/vectors.ts.',
    sequences: [
      { note: 'from a draft to the end of its use', calls: lifeStory().calls },
      { note: 'versions and lists', calls: listStory().calls },
      { note: 'what is no registration', calls: refusedRegistrations().calls },
      { note: 'terms and bytes of a draft', calls: draftStory().calls },
      { note: 'many chunks', calls: chunksStory().calls },
    ],
  }
}
