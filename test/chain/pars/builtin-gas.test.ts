import assert from 'node:assert/strict'

import { Address } from '@ethereumjs/util'

import { concat, fixed, unhex } from '#base'
import { sha256 } from '#crypto'
import { preset } from '#genesis'
import { discover } from '#precompiles'
import { intrinsicGas } from '#protocol'

import { builtinGas } from '../../../chain/pars/builtin-gas.ts'
import { loadEngines } from '../../../chain/pars/engines.ts'
import { parsProfile } from '../../../chain/pars/profile.ts'
import type { StoredReceipt } from '../../../chain/port.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import { ethereumEngines } from '../../ethereum/engines.ts'
import { type Account, accounts, Network } from '../attacks/network.ts'
import { type World, worldOf } from '../evm/world.ts'

const [alice] = accounts as readonly [Account]
const infinity = unhex(`0xc0${'00'.repeat(47)}`)
const addressOf = (low: number): Uint8Array => fixed(low, 20)

/** That the zero polynomial is zero at 5. */
function opening(): Uint8Array {
  const versioned = sha256(infinity)
  versioned[0] = 1
  return concat(versioned, fixed(5, 32), fixed(0, 32), infinity, infinity)
}

/** The table of PIP-0005. */
const multiples = new Map<number, bigint>([
  [0x06, 3n],
  [0x08, 2n],
  [0x0a, 3n],
  [0x0b, 3n],
  [0x0c, 2n],
  [0x0d, 3n],
  [0x0e, 2n],
  [0x0f, 2n],
  [0x11, 2n],
])

const zeros = (count: number, size: number): Uint8Array => new Uint8Array(count * size)
const counts = Array.from({ length: 131 }, (_, index) => index + 1)

/** Calls that succeed, by address: zeros are the point at infinity. */
const calls: readonly (readonly [to: number, inputs: readonly Uint8Array[]])[] = [
  [0x01, [zeros(4, 32)]],
  [0x02, [zeros(0, 1), zeros(33, 1)]],
  [0x03, [zeros(0, 1), zeros(33, 1)]],
  [0x04, [zeros(0, 1), zeros(33, 1)]],
  [0x05, [zeros(3, 32), concat(fixed(40, 32), fixed(32, 32), fixed(40, 32), zeros(112, 1))]],
  [0x06, [zeros(0, 1), zeros(1, 128), zeros(1, 200)]],
  [0x07, [zeros(1, 96)]],
  [0x08, [0, 1, 2, 3, 7].map((count) => zeros(count, 192))],
  [0x09, [concat(fixed(12, 4), zeros(209, 1))]],
  [0x0a, [opening()]],
  [0x0b, [zeros(1, 256)]],
  [0x0c, counts.map((count) => zeros(count, 160))],
  [0x0d, [zeros(1, 512)]],
  [0x0e, counts.map((count) => zeros(count, 288))],
  [0x0f, [1, 2, 3, 7].map((count) => zeros(count, 384))],
  [0x10, [zeros(1, 64)]],
  [0x11, [zeros(1, 128)]],
  [0x0100, [zeros(5, 32)]],
]

async function gasOf(world: World, to: number, input: Uint8Array): Promise<bigint> {
  const target = new Address(addressOf(to))
  const { execResult } = await world.call(target, input, { gasLimit: 40_000_000n })
  assert.equal(execResult.exceptionError, undefined, `0x${to.toString(16)}`)
  return execResult.executionGasUsed
}

describe('prices of built-in precompiles', function () {
  this.timeout(60_000)

  it("are Ethereum's, or the multiple of it that PIP-0005 says, for any number of pairs", async () => {
    const engines = await loadEngines()
    const [ethereum, pars] = [await worldOf(engines), await worldOf({ ...engines, builtinGas })]
    for (const [to, inputs] of calls) {
      for (const input of inputs) {
        const [before, now] = [await gasOf(ethereum, to, input), await gasOf(pars, to, input)]
        const where = `0x${to.toString(16)} of ${input.length} bytes`
        assert.equal(now, before * (multiples.get(to) ?? 1n), where)
      }
    }
    assert.equal(builtinGas.size, multiples.size)
  })

  it('are the same whether or not a thread has engines', async () => {
    const plugins = await discover()
    const [idle, executing] = [
      parsProfile(preset('devnet'), plugins),
      parsProfile(preset('devnet'), plugins, await loadEngines()),
    ]
    assert.equal(idle.engines.builtinGas, builtinGas)
    assert.equal(executing.engines.builtinGas, builtinGas)
  })

  it("are Ethereum's under Ethereum's rules", async () => {
    assert.equal((await ethereumEngines()).builtinGas, undefined)
  })
})

interface Outcome {
  readonly status: StoredReceipt['status']
  /** Beyond what the transaction pays before execution. */
  readonly gas: bigint
}

describe('a transaction to a built-in precompile', function () {
  this.timeout(60_000)
  let network: Network
  beforeEach(async () => {
    network = await Network.start()
  })
  afterEach(() => network.close())

  /** Runs it with `gas` for the call itself; what the call took. */
  async function run(to: number, data: Uint8Array, gas: bigint): Promise<Outcome> {
    const fields = { to: addressOf(to), data }
    const intrinsic = intrinsicGas(network.draft(alice, fields))
    const receipt = await network.run(alice, { ...fields, gasLimit: intrinsic + gas })
    assert.ok(receipt)
    return { status: receipt.status, gas: receipt.gasUsed - intrinsic }
  }

  async function estimate(to: number, data: Uint8Array): Promise<bigint> {
    const reader = network.store.snapshot()
    try {
      const request = { from: alice.address, to: addressOf(to), data, nonce: 1n, algorithm: 0x65 }
      const context = { reader, profile: network.profile, interrupt: uninterrupted }
      const result = await reads.estimateGas(context, request, 'latest')
      assert.equal(result?.failure, undefined)
      assert.ok(result)
      return result.gasUsed - intrinsicGas(network.draft(alice, { to: addressOf(to), data }))
    } finally {
      await reader.close()
    }
  }

  const cases: readonly (readonly [name: string, to: number, data: Uint8Array, price: bigint])[] = [
    ['a bn254 pairing of two', 0x08, bn254Pairs(), 226_000n],
    ['a point evaluation', 0x0a, opening(), 150_000n],
    ['a BLS12-381 pairing of one', 0x0f, zeros(1, 384), 140_600n],
  ]
  for (const [name, to, data, price] of cases) {
    it(`pays exactly the price for ${name}, and is estimated so`, async () => {
      assert.deepEqual(await run(to, data, price), { status: 1, gas: price })
      assert.deepEqual(await run(to, data, price + 1000n), { status: 1, gas: price })
      assert.equal(await estimate(to, data), price)
    })

    it(`fails with all its gas when there is too little for ${name}`, async () => {
      for (const gas of [price / 2n, price - 1n]) {
        assert.deepEqual(await run(to, data, gas), { status: 0, gas })
      }
    })
  }

  it('fails with all its gas when an opening is wrong', async () => {
    const wrong = opening()
    wrong[95] = 1
    assert.deepEqual(await run(0x0a, wrong, 200_000n), { status: 0, gas: 200_000n })
  })
})

/** e(G, H) · e(−G, H) = 1. */
function bn254Pairs(): Uint8Array {
  const p = 21888242871839275222246405745257275088696311157297823662689037894645226208583n
  const generator = unhex(
    '0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2' +
      '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
      '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b' +
      '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
  )
  const plus = concat(fixed(1, 32), fixed(2, 32), generator)
  const minus = concat(fixed(1, 32), fixed(p - 2n, 32), generator)
  return concat(plus, minus)
}
