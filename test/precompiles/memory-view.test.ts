import assert from 'node:assert/strict'

import {
  callInMemory,
  MemoryState,
  type PrecompileView,
  type StatefulPrecompile,
} from '#precompiles'

const slot = new Uint8Array(32).fill(1)
const word = new Uint8Array(32).fill(2)
const to = new Uint8Array(20).fill(3)

function probe(run: (view: PrecompileView) => Uint8Array | void): StatefulPrecompile {
  return {
    name: 'probe',
    version: '1.0.0',
    address: '0x0000000000000000000000000000000000000999',
    abi: null,
    gasTable: {},
    vectors: { provenance: 'none', sequences: [] },
    stateful: true,
    gas: () => 0n,
    run: (_input, view) => run(view) ?? new Uint8Array(0),
  }
}

const none = new Uint8Array(0)

describe('the in-memory view', () => {
  it('keeps what a call wrote, and forgets what a failed one did', () => {
    const state = new MemoryState()
    const write = probe((view) => view.put(slot, word))
    const fail = probe((view) => {
      view.put(slot, to)
    })
    assert.equal(callInMemory(write, none, state).status, 'returned')
    assert.throws(() => callInMemory(fail, none, state), TypeError)
    const tooDear = probe((view) => {
      view.put(slot, new Uint8Array(32))
      view.charge(1n << 60n)
    })
    assert.equal(callInMemory(tooDear, none, state).status, 'halted')
    const read = callInMemory(
      probe((view) => view.get(slot)),
      none,
      state,
    )
    assert.equal(read.status, 'returned')
    assert.deepEqual(read.output, word)
    assert.equal(read.gas, 2100n)
  })

  it('halts a write when no more than the sentry of EIP-2200 is left', () => {
    const write = probe((view) => {
      view.get(slot)
      view.put(slot, new Uint8Array(32))
    })
    const at = (gasLimit: bigint): string =>
      callInMemory(write, none, new MemoryState(), { gasLimit }).status
    assert.equal(at(2100n + 2300n), 'halted')
    assert.equal(at(2100n + 2301n), 'returned')
  })

  it('refuses writes, logs and payments in a static call', () => {
    const changes = [
      probe((view) => view.put(slot, word)),
      probe((view) => view.emit([], word)),
      probe((view) => view.pay(to, 0n)),
    ]
    for (const change of changes) {
      const outcome = callInMemory(change, none, new MemoryState(), { isStatic: true })
      assert.equal(outcome.status, 'halted')
    }
  })

  it('pays out of the balance of the plugin, at the price of an empty payee', () => {
    const state = new MemoryState()
    state.balances.set('0000000000000000000000000000000000000999', 5n)
    const pay = probe((view) => view.pay(to, 3n))
    const first = callInMemory(pay, none, state)
    assert.equal(first.status, 'returned')
    assert.equal(first.gas, 34_000n)
    assert.equal(first.logs.length, 1)
    assert.equal(state.balances.get(to.toHex()), 3n)
    assert.equal(callInMemory(pay, none, state).status, 'halted')
    state.balances.set('0000000000000000000000000000000000000999', 5n)
    assert.equal(callInMemory(pay, none, state).gas, 9000n)
  })

  it('has the value of the call in the balance of the plugin, unless the call fails', () => {
    const state = new MemoryState()
    const give = probe((view) => view.pay(to, view.value - 1n))
    assert.equal(callInMemory(give, none, state, { value: 6n }).status, 'returned')
    assert.equal(callInMemory(give, none, state, { value: 3n }).status, 'returned')
    const all = probe((view) => view.pay(to, 2n))
    assert.equal(callInMemory(all, none, state).status, 'returned')
    assert.equal(callInMemory(all, none, state).status, 'halted')
    const fail = probe((view) => view.charge(1n << 60n))
    assert.equal(callInMemory(fail, none, state, { value: 9n }).status, 'halted')
    assert.equal(callInMemory(all, none, state).status, 'halted')
  })

  it('ends a call for good: what the plugin catches does not count', () => {
    for (const end of [
      (view: PrecompileView) => view.charge(1n << 60n),
      (view: PrecompileView) => view.pay(to, 1n),
      (view: PrecompileView) => view.pay(view.address, 0n),
    ]) {
      const stubborn = probe((view) => {
        try {
          end(view)
        } catch {
          assert.throws(() => view.get(slot))
        }
      })
      assert.equal(callInMemory(stubborn, none).status, 'halted')
    }
  })

  it('takes no slot, topic, address or amount of another form, as the chain', () => {
    for (const wrong of [
      (view: PrecompileView) => view.get(to),
      (view: PrecompileView) => view.put(to, word),
      (view: PrecompileView) => view.emit([to], none),
      (view: PrecompileView) =>
        view.emit(
          Array.from({ length: 5 }, () => word),
          none,
        ),
      (view: PrecompileView) => view.pay(word, 1n),
      (view: PrecompileView) => view.pay(to, -1n),
      (view: PrecompileView) => view.charge(-1n),
    ]) {
      assert.throws(
        () =>
          callInMemory(
            probe((view) => wrong(view) ?? none),
            none,
          ),
        TypeError,
      )
    }
  })

  it('passes a defect through', () => {
    const defect = probe(() => {
      throw new SyntaxError('a defect')
    })
    assert.throws(() => callInMemory(defect, none), SyntaxError)
  })
})
