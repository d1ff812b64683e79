/** The vectors of mldsa-verify and of mldsa-44, -65 and -87. */
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { concat, type Hex, numberToHex, size, stringToHex } from 'viem'

import type { VectorCall, Vectors } from '#precompiles'

import { key, type Mode, schemes, word } from './oracle.ts'

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: string
    readonly tests: readonly {
      readonly tcId: number
      readonly comment: string
      readonly msg: string
      readonly ctx?: string
      readonly sig: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

interface Case {
  readonly note: string
  readonly context: Hex
  readonly publicKey: Hex
  readonly signature: Hex
  readonly message: Hex
  readonly valid: boolean
}

/** Of Wycheproof's cases, one of each kind: valid, a changed challenge, malformed hints. */
const chosen = [1, 3, 8, 16, 18]

function wycheproofCases(folder: string, mode: Mode): Case[] {
  const name = `mldsa_${mode.toString(16)}_verify_test.json`
  const file = JSON.parse(
    readFileSync(path.join(folder, 'wycheproof', name), 'utf8'),
  ) as WycheproofFile
  return file.testGroups.flatMap(({ publicKey, tests }) =>
    tests
      .filter(({ tcId }) => chosen.includes(tcId))
      .map(({ tcId, comment, msg, ctx = '', sig, result }): Case => ({
        note: `Wycheproof ${name} ${tcId}: ${comment}`,
        context: `0x${ctx}`,
        publicKey: `0x${publicKey}`,
        signature: `0x${sig}`,
        message: `0x${msg}`,
        valid: result === 'valid',
      })),
  )
}

function nobleCases(mode: Mode): Case[] {
  const { publicKey, sign } = key(mode, 1)
  const other = key(mode, 2)
  const longest = 'c'.repeat(255)
  const twoWords = stringToHex('a message of thirty-three letters')
  return [
    {
      note: 'noble: the empty message',
      context: '0x',
      publicKey,
      signature: sign('0x', ''),
      message: '0x',
      valid: true,
    },
    {
      note: 'noble: a message of two words',
      context: '0x',
      publicKey,
      signature: sign(twoWords, ''),
      message: twoWords,
      valid: true,
    },
    {
      note: 'noble: another key',
      context: '0x',
      publicKey: other.publicKey,
      signature: sign('0x', ''),
      message: '0x',
      valid: false,
    },
    {
      note: 'noble: the longest context',
      context: stringToHex(longest),
      publicKey,
      signature: sign('0x', longest),
      message: '0x',
      valid: true,
    },
  ]
}

function call(note: string, input: Hex, valid: boolean, gas: number): VectorCall {
  return { note, input, output: word(valid ? 1 : 0), gas }
}

function words(length: number): number {
  return 6 * Math.ceil(length / 32)
}

const provenance =
  'Wycheproof testvectors_v1 (Apache-2.0) where a note says so; @noble/post-quantum 0.7.1 with ' +
  'deterministic signing elsewhere, from seeds of 32 equal bytes; made by scripts/vectors.ts.'

/** pk ‖ sig ‖ msg under the empty context: a signature made under another one is invalid. */
export function parameterSetVectors(folder: string, mode: Mode): Vectors {
  const { verifyGas } = schemes[mode]
  const cases = [...wycheproofCases(folder, mode), ...nobleCases(mode)]
  const calls = cases.map(({ note, context, publicKey, signature, message, valid }) =>
    call(
      context === '0x' ? note : `${note}, which this precompile does not take`,
      concat([publicKey, signature, message]),
      valid && context === '0x',
      verifyGas + words(size(message)),
    ),
  )
  const short = concat([key(mode, 1).publicKey, '0x0102'])
  return {
    provenance,
    sequences: [
      { note: 'signatures', calls },
      {
        note: 'inputs too short',
        calls: [call('nothing', '0x', false, verifyGas), call('a key', short, false, verifyGas)],
      },
    ],
  }
}

/** mode ‖ ctxLen ‖ ctx ‖ pk ‖ sig ‖ msg. */
export function verifyVectors(folder: string): Vectors {
  const modes: readonly Mode[] = [0x44, 0x65, 0x87]
  return {
    provenance,
    sequences: [
      ...modes.map((mode) => ({
        note: `ML-DSA-${mode.toString(16)}`,
        calls: [...wycheproofCases(folder, mode).slice(0, 3), ...nobleCases(mode).slice(1)].map(
          ({ note, context, publicKey, signature, message, valid }) =>
            call(
              note,
              concat([head(mode, size(context)), context, publicKey, signature, message]),
              valid,
              schemes[mode].verifyGas + words(size(context) + size(message)),
            ),
        ),
      })),
      {
        note: 'malformed inputs',
        calls: [
          call('nothing', '0x', false, 13_500),
          call('a mode alone', '0x44', false, 6500),
          call('an unknown mode', '0x4500', false, 13_500),
          call('a context longer than the input', '0x65ff00', false, 9000),
        ],
      },
    ],
  }
}

function head(mode: Mode, contextBytes: number): Hex {
  return concat([numberToHex(mode), numberToHex(contextBytes, { size: 1 })])
}
