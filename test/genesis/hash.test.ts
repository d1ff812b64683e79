import assert from 'node:assert/strict'

import { assert as check, bigInt, constantFrom, property } from 'fast-check'

import { hex, unhex } from '#base'
import {
  formatGenesis,
  type Genesis,
  type GenesisDocument,
  genesisHash,
  parseGenesis,
  preset,
  presetNames,
} from '#genesis'

import { at, publicKey, sample, validator, word } from './sample.ts'

const idOf = (document: unknown): string => hex(genesisHash(parseGenesis(document)))
const plain = idOf(sample())

function funded(balance: bigint): string {
  return idOf(sample({ alloc: { [at(0xa1)]: { balance: balance.toString() } } }))
}

/** Every place of the parsed genesis, as a path. */
function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) yield path
  else for (const [key, member] of Object.entries(value)) yield* leaves(member, [...path, key])
}

function changed(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path
  if (key !== undefined) {
    if (Array.isArray(value)) return value.with(Number(key), changed(value[Number(key)], rest))
    return { ...(value as object), [key]: changed((value as Record<string, unknown>)[key], rest) }
  }
  if (value instanceof Uint8Array)
    return Uint8Array.of(...value.subarray(0, -1), (value.at(-1) ?? 0) ^ 1)
  if (typeof value === 'bigint') return value + 1n
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  return typeof value === 'string' ? `${value}x` : 'sha512'
}

/** A key's algorithm goes with its length, and no key is no value that could be another. */
function variesAlone(path: readonly string[]): boolean {
  return !['algorithm', 'key'].includes(path.at(-1) ?? '')
}

describe('the genesis hash', () => {
  it('covers every field, every member, and every account', () => {
    const genesis = parseGenesis(sample())
    const seen = new Set([plain])
    const paths = [...leaves(genesis)].filter(variesAlone)
    assert.ok(paths.length > 60, `${paths.length} places`)
    for (const path of paths) {
      const id = hex(genesisHash(changed(genesis, path) as Genesis))
      assert.ok(!seen.has(id), path.join('.'))
      seen.add(id)
    }
  })

  it('covers the algorithm of a key', () => {
    const ids = ([0x44, 0x65] as const).map((algorithm) => {
      const key = { algorithm, publicKey: publicKey(0xe9, algorithm) }
      return idOf(sample({ alloc: { [at(1)]: { balance: 1, key } } }))
    })
    assert.notEqual(ids[0], ids[1])
  })

  it('tells what is absent from what is there, and neighbours from each other', () => {
    const variants: Partial<GenesisDocument>[] = [
      { alloc: {} },
      { precompiles: [] },
      { validators: [] },
      { validators: [validator(1), validator(0), validator(2), validator(3)] },
      { name: 'Valley', token: { name: 'Network Valley', symbol: 'VAL' } },
      { alloc: { ...sample().alloc, [at(0xa4)]: { balance: 1 } } },
      {
        alloc: {
          ...sample().alloc,
          [at(0xa1)]: { balance: 0, nonce: '1000000000000000000000'.slice(0, 4) },
        },
      },
    ]
    const ids = new Set([plain, ...variants.map((variant) => idOf(sample(variant)))])
    assert.equal(ids.size, variants.length + 1)
  })

  it('does not depend on the form of the file', () => {
    const document = sample()
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, shuffled(member)]),
      )
    }
    assert.equal(idOf(JSON.stringify(shuffled(document), undefined, 7)), plain)
    assert.equal(idOf(formatGenesis(parseGenesis(document))), plain)
    assert.equal(idOf({ ...document, precompiles: document.precompiles.toReversed() }), plain)
    const upper = JSON.stringify(document).replaceAll(/0x[0-9a-f]+/g, (text) =>
      text.length === 42 ? text : `0x${text.slice(2).toUpperCase()}`,
    )
    assert.equal(idOf(upper), plain)
  })

  it('does not depend on the notation of a number', () => {
    const fields = [
      'chainId',
      'timestamp',
      'blockGasLimit',
      'targetBlockMs',
      'initialBaseFee',
    ] as const
    check(
      property(constantFrom(...fields), constantFrom(0, 1, 2), (field, form) => {
        const value = BigInt(sample()[field])
        const text = [Number(value), value.toString(), `0x${value.toString(16)}`][form]
        assert.equal(idOf({ ...sample(), [field]: text }), plain)
      }),
    )
  })

  it('differs between any two balances', () => {
    check(
      property(bigInt(1n, 2n ** 200n), bigInt(1n, 2n ** 200n), (a, b) => {
        assert.equal(funded(a) === funded(b), a === b)
      }),
      { numRuns: 40 },
    )
  })

  it('differs between the presets, and from theirs with another salt', () => {
    const ids = presetNames.map((name) => hex(genesisHash(preset(name))))
    const salted = presetNames.map((name) =>
      hex(genesisHash({ ...preset(name), salt: unhex(word(9)) })),
    )
    assert.equal(new Set([...ids, ...salted]).size, 2 * presetNames.length)
  })
})
