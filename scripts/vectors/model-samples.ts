/** The models that the vectors are about, what they cost, and what they answer. */
import { createHash } from 'node:crypto'

import { concat, type Hex, numberToHex, pad, size, stringToHex, toHex } from 'viem'

import type { VectorSequence, VectorSlot } from '#precompiles'

import { type GraphSpec, modelBytes } from './onnx.ts'
import { hash, word } from './oracle.ts'

export function sha3(...parts: readonly Hex[]): Hex {
  const bytes = Uint8Array.fromHex(concat(['0x', ...parts]).slice(2))
  return toHex(createHash('sha3-256').update(bytes).digest())
}

const registry = '0x0000000000000000000000000000000000000302'
export const publisher: Hex = `0x${'aa'.repeat(20)}`
export const chunkBytes = 32_768

const depth = 8
export const classes = 4

/** int8, by row and column. */
export const weight = (row: number, column: number): number => ((7 * row + 13 * column) % 31) - 15

function weightBytes(order: 'rows' | 'columns'): Hex {
  return toHex(
    Uint8Array.from({ length: depth * classes }, (_, at) =>
      order === 'rows'
        ? weight(Math.floor(at / classes), at % classes)
        : weight(at % depth, Math.floor(at / depth)),
    ),
  )
}

/** A leaf of a tree: PIP-0009 "Commitment". */
export const leafOf = (bytes: Hex): Hex => sha3('0x00', bytes)
export const parentOf = (left: Hex, right: Hex): Hex => sha3('0x01', left, right)

/** As a product reads them, by columns: all in one leaf. */
export const weightTile = weightBytes('columns')
/** 2 ‖ int8 ‖ rank ‖ order of axes ‖ dimensions ‖ top. */
const weightRoot = sha3(
  '0x02',
  '0x03',
  '0x02',
  '0x0100',
  be(depth, 4),
  be(classes, 4),
  leafOf(weightTile),
)

function be(value: number, bytes: number): Hex {
  return numberToHex(value, { size: bytes })
}

const x = { name: 'x', type: 'uint8', shape: [1, depth] } as const
const w = { name: 'w', type: 'int8', shape: [depth, classes] } as const
const best = { name: 'best', type: 'int64', shape: [1] } as const
const product = { operator: 'MatMulInteger', inputs: ['x', 'w'], output: 'sums' }
const choice = { operator: 'ArgMax', output: 'best', attributes: { axis: 1, keepdims: 0 } }

const graphs = {
  classifier: {
    nodes: [product, { ...choice, inputs: ['sums'] }],
    inputs: [x],
    outputs: [best],
    initializers: [{ ...w, data: weightBytes('rows') }],
  },
  negation: {
    nodes: [{ operator: 'Not', inputs: ['b'], output: 'not' }],
    inputs: [{ name: 'b', type: 'bool', shape: [2] }],
    outputs: [{ name: 'not', type: 'bool', shape: [2] }],
    initializers: [],
  },
  claimed: {
    nodes: [
      product,
      { operator: 'Relu', inputs: ['sums'], output: 'positive' },
      { ...choice, inputs: ['positive'] },
    ],
    inputs: [x],
    outputs: [best],
    initializers: [{ ...w, root: weightRoot }],
  },
} as const satisfies Record<string, GraphSpec>

export interface Sample {
  readonly name: string
  readonly bytes: Hex
  readonly size: number
  readonly kind: number
  readonly macs: number
  /** Of all operators; one that meets 64 bits counts eight times. */
  readonly elements: number
  readonly inputBytes: number
  readonly outputBytes: number
  /** Nodes, their inputs and outputs, and initializers. */
  readonly parts: number
}

function sample(name: keyof typeof graphs, rest: Omit<Sample, 'name' | 'bytes' | 'size'>): Sample {
  const bytes = modelBytes(graphs[name])
  return { name, bytes, size: size(bytes), ...rest }
}

/** Of the product: results, 128 to begin, and half of the multiplications, which are few. */
const productElements = classes + 128 + (depth * classes) / 2

export const classifier = sample('classifier', {
  kind: 0,
  macs: depth * classes,
  elements: productElements + 8 * classes,
  inputBytes: depth,
  outputBytes: 8,
  parts: 2 + 3 + 2 + 1,
})

export const negation = sample('negation', {
  kind: 0,
  macs: 0,
  elements: 2,
  inputBytes: 2,
  outputBytes: 2,
  parts: 1 + 1 + 1,
})

export const claimed = sample('claimed', {
  kind: 1,
  macs: depth * classes,
  elements: productElements + classes + 8 * classes,
  inputBytes: depth,
  outputBytes: 8,
  parts: 3 + 4 + 3 + 1,
})

/** SHA3-256 of tag ‖ publisher ‖ SHA3-256(name) ‖ version. */
export function idOf({ name }: Pick<Sample, 'name'>, version = 1): Hex {
  return sha3(stringToHex('pars/model/1'), publisher, sha3(stringToHex(name)), be(version, 8))
}

/** Word `x` of a record. */
export function wordSlot(id: Hex, place: number): Hex {
  return hash(id, word(place))
}

export interface Terms {
  readonly windowSeconds: number
  readonly windowBlocks: number
  readonly turnSeconds: number
  readonly turnBlocks: number
  /** Wei. */
  readonly bond: number | bigint
  readonly attesters: Hex
  readonly threshold: number
}

export const usualTerms: Terms = {
  windowSeconds: 86_400,
  windowBlocks: 10_000,
  turnSeconds: 3600,
  turnBlocks: 1000,
  bond: 10n ** 17n,
  attesters: word(0),
  threshold: 0,
}

/** A record's words, packed as the table of the registry's README says. */
export const words = {
  head: (status: number, of: Sample, version = 1, owner = publisher): Hex =>
    concat([be(status, 1), be(of.kind, 1), be(1, 2), be(of.size, 4), be(version, 4), owner]),
  cost: (of: Sample, activeFrom = 1): Hex =>
    concat([
      be(of.macs, 8),
      be(of.elements, 8),
      be(of.inputBytes, 4),
      be(of.outputBytes, 4),
      be(of.parts, 3),
      be(activeFrom, 5),
    ]),
  terms: (terms: Terms): Hex =>
    pad(
      concat([
        be(terms.windowSeconds, 4),
        be(terms.windowBlocks, 4),
        be(terms.turnSeconds, 4),
        be(terms.turnBlocks, 4),
        be(terms.threshold, 2),
      ]),
      { dir: 'right', size: 32 },
    ),
}

/** What the registry holds of registered models, with status 2, active, where none is named. */
export function registered(
  ...all: readonly { readonly sample: Sample; readonly status?: number; readonly terms?: Terms }[]
): NonNullable<VectorSequence['given']> {
  const slots = all.flatMap(({ sample: of, status = 2, terms = usualTerms }): VectorSlot[] => {
    const fields: readonly (readonly [number, Hex])[] = [
      [0, words.head(status, of)],
      [1, sha3(of.bytes)],
      [2, words.cost(of)],
      [3, sha3(sha3(of.bytes))],
      [5, words.terms(terms)],
      [6, terms.attesters],
      [7, word(terms.bond)],
    ]
    return fields.map(([place, value]) => ({ slot: wordSlot(idOf(of), place), word: value }))
  })
  const blobs = all.flatMap(({ sample: { bytes } }) => [bytes, sha3(bytes)])
  return { slots: { [registry]: slots }, blobs }
}
