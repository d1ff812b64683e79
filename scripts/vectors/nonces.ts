import { encodeFunctionData, type Hex, parseAbi } from 'viem'

import type { Vectors } from '#precompiles'

import { cold, word } from './oracle.ts'

const abi = parseAbi([
  'function nextNonce(address sender, uint256 nonceKey) view returns (uint256)',
])

function read(nonceKey: bigint): Hex {
  const sender = '0xaAaAaAaaAaAaAaaAaAAAAAAAAaaaAaAaAaaAaaAa'
  return encodeFunctionData({ abi, functionName: 'nextNonce', args: [sender, nonceKey] })
}

/** Only the protocol writes a lane, so that a plugin alone can be asked about unused ones. */
export function noncesVectors(): Vectors {
  const unused = { output: word(0), gas: 500 + cold }
  return {
    provenance: 'viem 2.57.1; made by scripts/vectors.ts.',
    sequences: [
      {
        note: 'unused lanes',
        calls: [
          { note: 'the first lane', input: read(1n), ...unused },
          { note: 'the last lane', input: read(2n ** 256n - 1n), ...unused },
        ],
      },
      {
        note: 'refusals',
        calls: [
          {
            note: 'the account nonce',
            input: read(0n),
            revert: 'nextNonce: key 0 is the account nonce',
            gas: 500,
          },
          {
            note: 'a byte too many',
            input: `${read(1n)}00`,
            revert: 'nextNonce: malformed arguments',
            gas: 500,
          },
          { note: 'value', input: read(1n), context: { value: 1 }, halt: true },
          { note: 'an unknown selector', input: '0x01020304', halt: true },
          { note: 'no selector', input: '0x', halt: true },
        ],
      },
    ],
  }
}
