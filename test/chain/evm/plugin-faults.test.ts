import assert from 'node:assert/strict'

import { concat, equal, Fault, toBigInt } from '#base'

import { HostFault } from '../../../chain/evm/index.ts'
import {
  contract,
  forwarded,
  forwarder,
  plugin,
  slotOf,
  stateful,
  wordOf,
  worldOf,
} from './world.ts'

const none = new Uint8Array(0)

describe('an exception in a plugin', () => {
  const throwing: readonly (readonly [string, () => unknown])[] = [
    ['a TypeError', () => (undefined as unknown as { x: number }).x],
    ['a division by zero', () => 1n / (0n * 2n)],
    ['an offset out of bounds', () => new Uint8Array(1).set([1, 2, 3])],
    [
      'something that is no Error',
      () => {
        // What a careless plugin may do.
        // oxlint-disable-next-line typescript/only-throw-error
        throw 'text'
      },
    ],
    [
      "another library's fault",
      () => {
        throw new Fault({ code: 'CRYPTO_LENGTH' })
      },
    ],
  ]
  for (const [name, fail] of throwing) {
    it(`like ${name} halts the frame with all its gas and is reported`, async () => {
      const broken = stateful((_, view) => {
        view.put(slotOf(1), wordOf(1n))
        fail()
        return none
      })
      const { call, word, defects } = await worldOf({
        plugins: [broken],
        code: [[contract, forwarder('call', plugin)]],
      })
      const result = await call(contract)
      assert.ok(!forwarded(result).succeeded)
      assert.equal(result.execResult.exceptionError, undefined, 'the caller goes on')
      assert.equal(await word(plugin, 1n), 0n)
      assert.deepEqual(
        defects.map(({ where }) => where),
        ['probe@1.0.0'],
      )
    })
  }

  it('while pricing, or a price or result of the wrong type, is a defect too', async () => {
    const odd = [
      stateful(() => none, {
        gas: () => {
          throw new TypeError('no price')
        },
      }),
      stateful(() => none, { gas: () => 5 as unknown as bigint }),
      stateful(() => none, { gas: () => -5n }),
      stateful(() => 'bytes' as unknown as Uint8Array),
      stateful((_, view) => {
        view.put(slotOf(1), new Uint8Array(31))
        return none
      }),
    ]
    for (const broken of odd) {
      const { call, defects } = await worldOf({ plugins: [broken] })
      const { execResult } = await call(plugin)
      assert.equal(execResult.executionGasUsed, 10_000_000n)
      assert.equal(execResult.exceptionError?.error, 'invalid opcode')
      assert.equal(defects.length, 1)
    }
  })

  it('that exhausts the stack stops the block instead of making a result', async () => {
    const descend = (depth: number): number => 1 + descend(depth + 1)
    const bottomless = stateful(() => Uint8Array.of(descend(0)))
    const { call, defects } = await worldOf({ plugins: [bottomless] })
    await assert.rejects(
      call(plugin),
      (error) => error instanceof HostFault && error.facts.what === 'stack',
    )
    assert.deepEqual(defects, [])
  })

  it('from the state below it stops the block, even when the plugin catches it', async () => {
    const swallowing = stateful((_, view) => {
      try {
        return view.get(slotOf(1))
      } catch {
        return wordOf(0n)
      }
    })
    const world = await worldOf({ plugins: [swallowing] })
    world.state.storageNow = () => {
      throw new Fault({ code: 'STATE_MISSING_BYTES' })
    }
    await assert.rejects(
      world.call(plugin),
      (error) => error instanceof HostFault && error.facts.what === 'state',
    )
  })
})

describe('a plugin over state that arrives late', () => {
  it('gives the same result, logs and gas as over state at hand', async () => {
    const busy = stateful((input, view) => {
      const before = view.get(slotOf(1))
      view.put(slotOf(2), wordOf(toBigInt(before) + toBigInt(input)))
      view.emit([slotOf(3)], view.get(slotOf(2)))
      view.pay(new Uint8Array(20).fill(0x99), 7n)
      return concat(view.get(slotOf(4)), view.get(slotOf(2)))
    })
    const code = [[contract, forwarder('call', plugin)]] as const
    const now = await worldOf({ plugins: [busy], code })
    const late = await worldOf({ plugins: [busy], code, late: true })
    const [a, b] = [await now.call(contract, wordOf(5n)), await late.call(contract, wordOf(5n))]
    assert.ok(forwarded(a).succeeded)
    assert.ok(equal(a.execResult.returnValue, b.execResult.returnValue))
    assert.equal(a.execResult.executionGasUsed, b.execResult.executionGasUsed)
    assert.deepEqual(a.execResult.logs, b.execResult.logs)
    assert.equal(late.payouts.length, 1)
    assert.equal(await late.word(plugin, 2n), 5n)
  })
})
