/** The vectors of sha3: what noble hashes to. */
import { sha3_256, sha3_512, shake128, shake256 } from '@noble/hashes/sha3.js'
import { concat, type Hex, numberToHex, toHex } from 'viem'

import type { VectorCall, Vectors } from '#precompiles'

type Hash = (data: Uint8Array, outBytes: number) => Uint8Array

/** Rates from FIPS 202: 200 bytes less twice the strength. */
const operations: readonly (readonly [number, string, number, readonly number[], Hash])[] = [
  [1, 'SHA3-256', 136, [32], (data) => sha3_256(data)],
  [2, 'SHA3-512', 72, [64], (data) => sha3_512(data)],
  [3, 'SHAKE128', 168, [1, 32, 168, 169, 8192], (data, dkLen) => shake128(data, { dkLen })],
  [4, 'SHAKE256', 136, [1, 64, 136, 137, 8192], (data, dkLen) => shake256(data, { dkLen })],
]

function head(operation: number, outBytes: number): Hex {
  return concat([numberToHex(operation, { size: 1 }), numberToHex(outBytes, { size: 2 })])
}

function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (7 * index) % 251)
}

function malformed(note: string, input: Hex): VectorCall {
  return { note, input, output: '0x', gas: 150 }
}

/** op ‖ outLen (2) ‖ data. */
export function sha3Vectors(): Vectors {
  return {
    provenance: '@noble/hashes 2.4.0; made by scripts/vectors.ts.',
    sequences: [
      ...operations.map(([operation, name, rate, lengths, hash]) => ({
        note: name,
        calls: [0, 1, rate - 1, rate, 1000].flatMap((length, index): VectorCall => {
          const outBytes = lengths[index % lengths.length] ?? 0
          return {
            note: `${length} bytes to ${outBytes}`,
            input: concat([head(operation, outBytes), toHex(pattern(length))]),
            output: toHex(hash(pattern(length), outBytes)),
            gas: 150 + 16 * (Math.floor(length / rate) + 1 + Math.ceil(outBytes / rate) - 1),
          }
        }),
      })),
      {
        note: 'malformed inputs',
        calls: [
          malformed('nothing', '0x'),
          malformed('half a head', '0x0300'),
          malformed('operation 0', concat([head(0, 32), '0x00'])),
          malformed('an unknown operation', concat([head(5, 32), '0x00'])),
          malformed('another length than the digest', concat([head(1, 31), '0x00'])),
          malformed('no output', concat([head(3, 0), '0x00'])),
          malformed('more output than there is', concat([head(4, 8193), '0x00'])),
        ],
      },
    ],
  }
}
