// @ts-check
import { blake2b, blockBytes } from './hash.js'
import vectors from './vectors.json' with { type: 'json' }

const gasTable = { call: 150, block: 200 }

/** Lengths of output and key. */
const headBytes = 2
const longest = 64

/** Ends a call with `Error(string)`; what is left of its gas is kept. Told by its name. */
class PrecompileRevert extends Error {
  name = 'PrecompileRevert'
}

/**
 * BLAKE2b of any output length, with or without key.
 *
 * @see RFC 7693
 * @type {import('pars/precompiles').PurePrecompile}
 */
const plugin = {
  name: 'blake2b',
  version: '1.0.0',
  address: '0x6dcdc3ef5cd9048c9d89d2c0c0c2f6dd0c9025c9',
  abi: null,
  gasTable,
  vectors,
  stateful: false,

  // A key takes a block of its own, whatever its length.
  gas(input) {
    const keyBlocks = (input[1] ?? 0) > 0 ? 1 : 0
    const blocks = keyBlocks + Math.ceil(input.length / blockBytes)
    return BigInt(gasTable.call + gasTable.block * Math.max(1, blocks))
  },

  run(input) {
    const [outBytes = 0, keyBytes = 0] = input
    if (outBytes < 1 || outBytes > longest) throw new PrecompileRevert('blake2b: output length')
    if (keyBytes > longest) throw new PrecompileRevert('blake2b: key length')
    const messageAt = headBytes + keyBytes
    if (input.length < messageAt) throw new PrecompileRevert('blake2b: input too short')
    return blake2b(input.subarray(headBytes, messageAt), input.subarray(messageAt), outBytes)
  },
}

export default plugin
