// @ts-check
import abi from './abi.json' with { type: 'json' }
import vectors from './vectors.json' with { type: 'json' }
import { fromHex, numberOf, padded, toHex, wordOf } from './words.js'

/** @typedef {import('pars/precompiles').PrecompileView} View */

const gasTable = { call: 300 }

/** Ends a call with `Error(string)`; what is left of its gas is kept. Told by its name. */
class PrecompileRevert extends Error {
  name = 'PrecompileRevert'
}

/** Ends a call, and all gas of the call is gone. Told by its name. */
class PrecompileHalt extends Error {
  name = 'PrecompileHalt'
}

// Topics: keccak-256 of the events' signatures.
const incremented = fromHex('f2447c6743e823b833dc794858835de8b2c6746550073aeea4d3bda81e31fdac')
const deposited = fromHex('8752a472e571a816aea92eec8dae9baf628e840f4929fbcc2d155e6233ff68a7')

// Storage: the first byte of a slot tells what it holds, the last twenty of whom.
const countOf = 1
const balanceOf = 2
const totalSlot = new Uint8Array(32)

/**
 * @param {number} kind
 * @param {Uint8Array} account
 */
function slotOf(kind, account) {
  const slot = padded(account)
  slot[0] = kind
  return slot
}

/**
 * @typedef {object} Method
 * @property {string} name
 * @property {boolean} [isPayable]
 * @property {readonly number[]} widths Bytes of each argument; the rest of its word is zero.
 * @property {(view: View, ...values: Uint8Array[]) => Uint8Array} run Each value is a word.
 */

/** By selector: the first four bytes of the keccak-256 of the signature. @type {Record<string, Method>} */
const methods = {
  dd9a82bc: {
    name: 'increment',
    widths: [8],
    run(view, by) {
      const slot = slotOf(countOf, view.caller)
      const total = wordOf(numberOf(view.get(totalSlot)) + numberOf(by))
      view.put(slot, wordOf(numberOf(view.get(slot)) + numberOf(by)))
      view.put(totalSlot, total)
      view.emit([incremented, padded(view.caller)], Uint8Array.of(...by, ...total))
      return total
    },
  },
  '05d85eda': {
    name: 'count',
    widths: [20],
    run: (view, account) => view.get(slotOf(countOf, account.subarray(12))),
  },
  '2ddbd13a': {
    name: 'total',
    widths: [],
    run: (view) => view.get(totalSlot),
  },
  f340fa01: {
    name: 'deposit',
    isPayable: true,
    widths: [20],
    run(view, to) {
      const slot = slotOf(balanceOf, to.subarray(12))
      const amount = wordOf(view.value)
      view.put(slot, wordOf(numberOf(view.get(slot)) + view.value))
      view.emit([deposited, padded(view.caller), to], amount)
      return new Uint8Array(0)
    },
  },
  f3fef3a3: {
    name: 'withdraw',
    widths: [20, 32],
    run(view, to, amount) {
      const slot = slotOf(balanceOf, view.caller)
      const rest = numberOf(view.get(slot)) - numberOf(amount)
      if (rest < 0n) throw new PrecompileRevert('withdraw: more than the balance')
      // The ledger says what is whose: the balance of this address can be raised by anyone.
      view.put(slot, wordOf(rest))
      view.pay(to.subarray(12), numberOf(amount))
      return new Uint8Array(0)
    },
  },
  e3d670d7: {
    name: 'balance',
    widths: [20],
    run: (view, account) => view.get(slotOf(balanceOf, account.subarray(12))),
  },
}

/** @type {import('pars/precompiles').StatefulPrecompile} */
const plugin = {
  name: 'counter',
  version: '1.0.0',
  address: '0xc30a2ae3355a30d9b16d64f25c000c7df3ff2eed',
  abi,
  gasTable,
  vectors,
  stateful: true,

  // What the view does costs besides: reads, writes, events and payments.
  gas: () => BigInt(gasTable.call),

  run(input, view) {
    const selector = toHex(input.subarray(0, 4))
    const method = Object.hasOwn(methods, selector) ? methods[selector] : undefined
    if (method === undefined) throw new PrecompileHalt('unknown selector')
    if (view.value !== 0n && method.isPayable !== true) throw new PrecompileHalt('not payable')
    return method.run(view, ...valuesOf(method, input.subarray(4)))
  },
}

export default plugin

/**
 * Strict: one call has one encoding, that of abi.encode.
 * @param {Method} method
 * @param {Uint8Array} data
 */
function valuesOf({ name, widths }, data) {
  const values = widths.map((_, index) => data.subarray(index * 32, index * 32 + 32))
  const isCanonical = widths.every((width, index) => {
    return values[index]?.subarray(0, 32 - width).every((byte) => byte === 0)
  })
  if (data.length === widths.length * 32 && isCanonical) return values
  throw new PrecompileRevert(`${name}: malformed arguments`)
}
