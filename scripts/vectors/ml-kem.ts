/** The vectors of mlkem: keys and encapsulations of Wycheproof. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { concat, type Hex } from 'viem'

import type { VectorCall, Vectors } from '#precompiles'

import { word } from './oracle.ts'

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly tests: readonly {
      readonly tcId: number
      readonly comment?: string
      readonly flags: readonly string[]
      readonly ek: string
      readonly m: string
      readonly c: string
      readonly K: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

const parameterSets = [
  { name: '512', check: 300, encapsulate: 18_000 },
  { name: '768', check: 450, encapsulate: 26_000 },
  { name: '1024', check: 600, encapsulate: 36_000 },
] as const

type ParameterSet = (typeof parameterSets)[number]

/** One of each kind: a usual key, two whose matrix takes long, two that are not reduced. */
const chosen = [
  'Test vector based on official round 3 seed',
  'Rho leads to frequent rejection',
  'Rho leads to matrix containing zeroes',
  'Public key not reduced',
  'ModulusOverflow',
]

function calls(folder: string, { name, check, encapsulate }: ParameterSet): VectorCall[] {
  const file = `mlkem_${name}_encaps_test.json`
  const text = readFileSync(path.join(folder, 'wycheproof', file), 'utf8')
  const { testGroups } = JSON.parse(text) as WycheproofFile
  const tests = testGroups.flatMap((group) => group.tests)
  return chosen.flatMap((kind) => {
    const found = tests.find(({ comment = '', flags }) =>
      [comment, ...flags].some((words) => words.startsWith(kind)),
    )
    if (found === undefined) throw new Error(`${file} has no ${kind}`)
    const { tcId, ek, m, c, K, result } = found
    const valid = result === 'valid'
    const note = `Wycheproof ${file} ${tcId}: ${kind}`
    const key: Hex = `0x${ek}`
    return [
      { note, input: concat(['0x00', key]), output: word(valid ? 1 : 0), gas: check },
      {
        note,
        input: concat(['0x01', `0x${m}`, key]),
        output: valid ? concat([`0x${c}`, `0x${K}`]) : '0x',
        gas: encapsulate,
      },
    ]
  })
}

function malformed(note: string, input: Hex, output: Hex = '0x'): VectorCall {
  return { note, input, output, gas: 300 }
}

function zeros(length: number): Hex {
  return `0x${'00'.repeat(length)}`
}

/** 00 ‖ ek, and 01 ‖ m ‖ ek. */
export function mlkemVectors(folder: string): Vectors {
  return {
    provenance:
      'Wycheproof testvectors_v1 (Apache-2.0) where a note says so, by hand elsewhere; made by ' +
      'scripts/vectors.ts.',
    sequences: [
      ...parameterSets.map((set) => ({ note: `ML-KEM-${set.name}`, calls: calls(folder, set) })),
      {
        note: 'malformed inputs',
        calls: [
          malformed('nothing', '0x'),
          malformed('an unknown mode', concat(['0x02', zeros(1184)])),
          malformed('a check of nothing', '0x00', word(0)),
          malformed('a check of a key that lacks a byte', concat(['0x00', zeros(1183)]), word(0)),
          malformed('an encapsulation without coins', concat(['0x01', zeros(1184)])),
          malformed('an encapsulation with a byte more', concat(['0x01', zeros(1217)])),
        ],
      },
    ],
  }
}
