// @ts-check
import assert from 'node:assert/strict'
import { test } from 'node:test'

import plugin from '../index.js'
import { numberOf, toHex, wordOf } from '../words.js'

/** What the chain keeps: slots, and what was paid out. */
class World {
  /** @type {Map<string, Uint8Array>} */
  words = new Map()
  paid = 0n

  /**
   * @param {number} caller
   * @param {string} selector
   * @param {readonly bigint[]} values
   * @param {bigint} value
   */
  call(caller, selector, values, value = 0n) {
    const view = {
      caller: new Uint8Array(20).fill(caller),
      value,
      get: (/** @type {Uint8Array} */ slot) => this.words.get(toHex(slot)) ?? new Uint8Array(32),
      put: (/** @type {Uint8Array} */ slot, /** @type {Uint8Array} */ word) =>
        void this.words.set(toHex(slot), word),
      emit: () => undefined,
      pay: (/** @type {Uint8Array} */ _, /** @type {bigint} */ amount) =>
        void (this.paid += amount),
    }
    const input = Buffer.concat([Buffer.from(selector, 'hex'), ...values.map((one) => wordOf(one))])
    return numberOf(plugin.run(input, /** @type {any} */ (view)))
  }
}

const increment = 'dd9a82bc'
const count = '05d85eda'
const total = '2ddbd13a'
const deposit = 'f340fa01'
const withdraw = 'f3fef3a3'
const balance = 'e3d670d7'

/** @param {number} account */
function address(account) {
  return numberOf(new Uint8Array(20).fill(account))
}

test('the total is the sum of the counts', () => {
  const world = new World()
  for (let turn = 1; turn <= 60; turn++) world.call(turn % 5, increment, [BigInt(turn)])
  const counts = [0, 1, 2, 3, 4].map((account) => world.call(9, count, [address(account)]))
  assert.deepEqual(counts, [390n, 342n, 354n, 366n, 378n])
  assert.equal(world.call(9, total, []), 1830n)
})

test('what was paid in is what was paid out and what is left', () => {
  const world = new World()
  let paidIn = 0n
  for (let turn = 1n; turn <= 40n; turn++) {
    const account = Number(turn % 4n)
    world.call(9, deposit, [address(account)], turn)
    paidIn += turn
    if (turn % 3n === 0n) world.call(account, withdraw, [address(7), turn / 2n])
  }
  const left = [0, 1, 2, 3].map((account) => world.call(9, balance, [address(account)]))
  assert.equal(world.paid + left.reduce((sum, one) => sum + one, 0n), paidIn)
  assert.throws(() => world.call(0, withdraw, [address(7), paidIn]), /more than the balance/)
})
