import assert from 'node:assert/strict'

import { Address } from '@ethereumjs/util'

import { concat, Fault, fixed, toBigInt, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { PrecompileHalt, PrecompileRevert, type PrecompileView } from '#precompiles'

import {
  contract,
  ether,
  forwarded,
  forwarder,
  plugin,
  pure,
  slotOf,
  stateful,
  user,
  wordOf,
  worldOf,
} from './world.ts'

const none = new Uint8Array(0)
const write = stateful((input, view) => {
  view.put(slotOf(1), wordOf(toBigInt(input)))
  return view.get(slotOf(1))
})

function vandalise(input: Uint8Array, view: PrecompileView): Uint8Array {
  input.fill(0xff)
  for (const given of [view.caller, view.origin, view.networkId, view.address]) given.fill(0)
  return concat(view.caller, view.networkId)
}

function priceOf(input: Uint8Array): bigint {
  input.fill(0xff)
  return 0n
}

describe('a plugin', () => {
  it('is charged its price before it sees the call', async () => {
    let ran = false
    const dear = stateful(
      () => {
        ran = true
        return none
      },
      { gas: (input) => 100n + BigInt(input.length) },
    )
    const { call, defects } = await worldOf({ plugins: [dear] })
    const poor = await call(plugin, new Uint8Array(50), { gasLimit: 149n })
    assert.equal(poor.execResult.exceptionError?.error, 'out of gas')
    assert.equal(poor.execResult.executionGasUsed, 149n)
    assert.ok(!ran)
    const rich = await call(plugin, new Uint8Array(50), { gasLimit: 150n })
    assert.equal(rich.execResult.executionGasUsed, 150n)
    assert.ok(ran)
    assert.deepEqual(defects, [])
  })

  it('has a long input copied for the price of a copy, paid before anything is read', async () => {
    let read = false
    const cheap = stateful(
      () => {
        read = true
        return none
      },
      {
        gas() {
          read = true
          return 0n
        },
      },
    )
    const { call } = await worldOf({ plugins: [cheap] })
    const long = new Uint8Array(8_192 + 3_201)
    const poor = await call(plugin, long, { gasLimit: 302n })
    assert.equal(poor.execResult.exceptionError?.error, 'out of gas')
    assert.equal(read, false)
    const rich = await call(plugin, long, { gasLimit: 303n })
    assert.equal(rich.execResult.executionGasUsed, 303n)
    const short = await call(plugin, new Uint8Array(8_192), { gasLimit: 1n })
    assert.equal(short.execResult.executionGasUsed, 0n)
  })

  it('pays for storage by EIP-2200 and EIP-2929, without refunds', async () => {
    const costs: bigint[] = []
    const probe = stateful((_, view) => {
      const measured = (use: () => unknown): void => {
        const { gasUsed } = view as unknown as { gasUsed: bigint }
        use()
        costs.push((view as unknown as { gasUsed: bigint }).gasUsed - gasUsed)
      }
      measured(() => view.get(slotOf(1)))
      measured(() => view.get(slotOf(1)))
      measured(() => view.put(slotOf(1), wordOf(5n)))
      measured(() => view.put(slotOf(1), wordOf(6n)))
      measured(() => view.put(slotOf(2), wordOf(7n)))
      measured(() => view.put(slotOf(1), wordOf(0n)))
      measured(() => view.emit([wordOf(1n), wordOf(2n)], new Uint8Array(10)))
      return none
    })
    const { call } = await worldOf({ plugins: [probe] })
    const { execResult } = await call(plugin)
    assert.deepEqual(costs, [2100n, 100n, 20_000n, 100n, 22_100n, 100n, 1205n])
    assert.equal(execResult.executionGasUsed, 1000n + costs.reduce((sum, cost) => sum + cost))
    assert.equal(execResult.gasRefund ?? 0n, 0n)
  })

  it('is refused a write at 2,300 gas or less', async () => {
    const { call, word } = await worldOf({ plugins: [write] })
    const { execResult } = await call(plugin, wordOf(1n), { gasLimit: 3300n })
    assert.equal(execResult.exceptionError?.error, 'out of gas')
    assert.equal(await word(plugin, 1n), 0n)
  })

  it('keeps its words at its own address, whoever calls', async () => {
    const { call, word } = await worldOf({
      plugins: [write],
      code: [[contract, forwarder('call', plugin)]],
    })
    assert.ok(forwarded(await call(contract, wordOf(7n))).succeeded)
    assert.equal(await word(plugin, 1n), 7n)
    assert.equal(await word(contract, 1n), 0n)
  })

  for (const kind of ['delegatecall', 'callcode'] as const) {
    it(`with state halts under ${kind}, reads included`, async () => {
      let ran = false
      const reader = stateful((_, view) => {
        ran = true
        return view.get(slotOf(1))
      })
      const { call } = await worldOf({
        plugins: [reader],
        code: [[contract, forwarder(kind, plugin)]],
      })
      const result = await call(contract)
      assert.ok(!forwarded(result).succeeded)
      assert.equal(forwarded(result).output.length, 0)
      assert.ok(result.execResult.executionGasUsed > 9_000_000n, 'all gas of the frame')
      assert.ok(!ran)
    })

    it(`without state runs under ${kind}`, async () => {
      const echo = pure((input) => concat(input, input))
      const { call } = await worldOf({
        plugins: [echo],
        code: [[contract, forwarder(kind, plugin)]],
      })
      const result = forwarded(await call(contract, wordOf(3n)))
      assert.ok(result.succeeded)
      assert.deepEqual(result.output, concat(wordOf(3n), wordOf(3n)))
    })
  }

  it('may read, and not write, log or pay in a static call', async () => {
    const acts: readonly ((view: PrecompileView) => unknown)[] = [
      (view) => view.put(slotOf(1), wordOf(1n)),
      (view) => view.emit([], none),
      (view) => view.pay(user.bytes, 1n),
    ]
    const acting = stateful((input, view) => {
      acts[input[0] ?? 0]?.(view)
      return view.get(slotOf(1))
    })
    const { call, defects, balance } = await worldOf({
      plugins: [acting],
      code: [[contract, forwarder('staticcall', plugin)]],
    })
    for (const act of [0, 1, 2]) {
      assert.ok(!forwarded(await call(contract, Uint8Array.of(act))).succeeded)
    }
    assert.ok(forwarded(await call(contract, Uint8Array.of(3))).succeeded)
    assert.equal(await balance(plugin), 5n * ether)
    assert.deepEqual(defects, [])
  })

  it('logs under its own address, and only when no frame around it reverts', async () => {
    const topic = keccak256(utf8('Seen()'))
    const loud = stateful((input, view) => {
      view.emit([topic], input)
      if (input.length > 1) throw new PrecompileRevert('too long')
      return none
    })
    const { call } = await worldOf({
      plugins: [loud],
      code: [[contract, forwarder('call', plugin)]],
    })
    const kept = await call(contract, Uint8Array.of(5))
    assert.deepEqual(kept.execResult.logs, [[plugin.bytes, [topic], Uint8Array.of(5)]])
    const dropped = await call(contract, Uint8Array.of(5, 5))
    assert.ok(!forwarded(dropped).succeeded)
    assert.deepEqual(dropped.execResult.logs, [])
  })

  it('reverts with Error(string) and keeps the remaining gas', async () => {
    const refusing = stateful((_, view) => {
      view.put(slotOf(1), wordOf(1n))
      throw new PrecompileRevert('not today')
    })
    const { call, word } = await worldOf({ plugins: [refusing] })
    const { execResult } = await call(plugin)
    assert.equal(execResult.exceptionError?.error, 'revert')
    assert.equal(execResult.executionGasUsed, 1000n + 22_100n)
    const expected = concat(unhex('0x08c379a0'), wordOf(32n), wordOf(9n), utf8('not today'))
    assert.deepEqual(execResult.returnValue, concat(expected, new Uint8Array(23)))
    assert.equal(await word(plugin, 1n), 0n)
  })

  it('halts with all gas, and gives the value back', async () => {
    const thrifty = stateful((_, view) => {
      if (view.value > 0n) throw new PrecompileHalt('takes no value')
      return none
    })
    const { call, balance, defects } = await worldOf({
      plugins: [thrifty],
      code: [[contract, forwarder('call', plugin, ether)]],
    })
    const result = await call(contract)
    assert.ok(!forwarded(result).succeeded)
    assert.equal(await balance(plugin), 5n * ether)
    assert.equal(await balance(contract), 2n * ether)
    assert.deepEqual(defects, [])
  })

  it('cannot go on after a halt that it catches', async () => {
    const stubborn = stateful((_, view) => {
      try {
        view.charge(1n << 60n)
      } catch {
        try {
          view.put(slotOf(1), wordOf(1n))
        } catch {
          return wordOf(1n)
        }
      }
      return wordOf(2n)
    })
    const { call, word } = await worldOf({ plugins: [stubborn] })
    const { execResult } = await call(plugin)
    assert.equal(execResult.exceptionError?.error, 'out of gas')
    assert.equal(await word(plugin, 1n), 0n)
  })

  it('gets nothing from a view that it kept', async () => {
    let kept: PrecompileView | undefined
    const hoarder = stateful((_, view) => {
      kept ??= view
      return kept.get(slotOf(1))
    })
    const { call, defects } = await worldOf({ plugins: [hoarder] })
    assert.equal((await call(plugin)).execResult.exceptionError, undefined)
    assert.equal((await call(plugin)).execResult.exceptionError?.error, 'invalid opcode')
    assert.equal(defects.length, 1)
  })

  it('changes neither the memory of its caller nor the context by writing to what it is given', async () => {
    // Calls, then returns the memory that the call data lies in.
    const target = plugin.bytes.toHex()
    const code = unhex(`0x365f5f375f5f365f5f73${target}5af15060205ff3`)
    const vandals = [stateful(vandalise), { ...stateful(() => none), gas: priceOf }]
    for (const vandal of vandals) {
      const { call, executor } = await worldOf({ plugins: [vandal], code: [[contract, code]] })
      const { execResult } = await call(contract, wordOf(9n))
      assert.deepEqual(execResult.returnValue, wordOf(9n))
      assert.equal(executor.context?.networkId[0], 0x47)
      assert.ok(plugin.bytes.some((byte) => byte !== 0))
    }
  })

  it('sees the call as it was made', async () => {
    const seen: Record<string, unknown>[] = []
    const observer = stateful((_, view) => {
      const { caller, origin, value, isStatic, depth, height, timestamp, envelope } = view
      seen.push({ caller, origin, value, isStatic, depth, height, timestamp, envelope })
      return none
    })
    const { call, executor } = await worldOf({
      plugins: [observer],
      code: [[contract, forwarder('call', plugin, 3n)]],
    })
    const envelope = { algorithm: 0x65, key: new Uint8Array(32).fill(1) }
    executor.context = { ...executor.context!, envelope }
    const shared = { origin: user.bytes, height: 9n, timestamp: 1_800_000_000n, isStatic: false }
    await call(plugin, none, { value: 2n })
    await call(contract)
    assert.deepEqual(seen, [
      { ...shared, caller: user.bytes, value: 2n, depth: 0, envelope },
      { ...shared, caller: contract.bytes, value: 3n, depth: 1, envelope },
    ])
  })

  it('gets the key table at 0x0606 only, and keys of a reverted frame are gone', async () => {
    const address = '0x0000000000000000000000000000000000000606'
    const hashes: Uint8Array[] = []
    const registry = stateful(
      (input, view) => {
        const key = new Uint8Array(1952).fill(input[0] ?? 0)
        hashes.push(view.keys!.put(0x65, key))
        if (input.length > 1) throw new PrecompileRevert('no')
        return view.keys!.get(hashes.at(-1)!)!.publicKey.subarray(0, 1)
      },
      { address },
    )
    const nosy = stateful((_, view) => Uint8Array.of(view.keys === undefined ? 0 : 1))
    const { call, state } = await worldOf({ plugins: [registry, nosy] })
    const at = new Address(unhex(address))
    assert.deepEqual((await call(at, Uint8Array.of(4))).execResult.returnValue, Uint8Array.of(4))
    await call(at, Uint8Array.of(8, 8))
    assert.equal(state.keys.now(hashes[0]!)?.length, 1953)
    assert.equal(state.keys.now(hashes[1]!) ?? undefined, undefined)
    assert.deepEqual((await call(plugin)).execResult.returnValue, Uint8Array.of(0))
  })

  it('shares no address with another precompile', async () => {
    const { executor } = await worldOf()
    const squatter = stateful(() => none, {
      address: '0x0000000000000000000000000000000000000001',
    })
    for (const plugins of [[squatter], [write, write]]) {
      assert.throws(
        () => executor.setActive(plugins),
        (error) => error instanceof Fault && error.code === 'EVM_ADDRESS_TAKEN',
      )
    }
  })

  it('is callable while it is active, and warm from the start', async () => {
    const { call, executor } = await worldOf({ plugins: [write] })
    assert.ok(!executor.evm.journal.isWarmedAddress(contract.bytes))
    assert.ok(executor.evm.journal.isWarmedAddress(plugin.bytes))
    executor.setActive([])
    assert.ok(!executor.evm.journal.isWarmedAddress(plugin.bytes))
    const { execResult } = await call(plugin, wordOf(1n))
    assert.equal(execResult.exceptionError?.error, 'invalid opcode', 'the code 0xfe runs')
  })
})

const order = (to: Address, amount: bigint): Uint8Array => concat(to.bytes, fixed(amount, 32))

describe('a payment by a plugin', () => {
  const stranger = new Address(new Uint8Array(20).fill(0x99))
  const payer = stateful((input, view) => {
    const amount = toBigInt(input.subarray(20))
    view.pay(input.subarray(0, 20), amount)
    return none
  })

  it('moves balance for 9,000 gas, 25,000 more to an empty account, with a log', async () => {
    const { call, balance, payouts } = await worldOf({ plugins: [payer] })
    const first = await call(plugin, order(stranger, ether))
    assert.equal(first.execResult.executionGasUsed, 1000n + 34_000n)
    const second = await call(plugin, order(stranger, ether))
    assert.equal(second.execResult.executionGasUsed, 1000n + 9000n)
    assert.equal(await balance(stranger), 2n * ether)
    assert.equal(await balance(plugin), 3n * ether)
    const [log] = first.execResult.logs ?? []
    assert.deepEqual(log, [
      plugin.bytes,
      [keccak256(utf8('Paid(address,uint256)'))],
      concat(new Uint8Array(12), stranger.bytes, wordOf(ether)),
    ])
    assert.deepEqual(
      payouts.map(({ from, to, amount, depth }) => [from.toString(), to.toString(), amount, depth]),
      [
        [plugin.toString(), stranger.toString(), ether, 0],
        [plugin.toString(), stranger.toString(), ether, 0],
      ],
    )
  })

  it('is undone with its frame, and tracers hear nothing of it', async () => {
    const fickle = stateful((input, view) => {
      view.pay(input, 1n)
      view.pay(input, 2n)
      throw new PrecompileRevert('on second thought')
    })
    const { call, balance, payouts } = await worldOf({ plugins: [fickle] })
    await call(plugin, stranger.bytes)
    assert.equal(await balance(stranger), 0n)
    assert.deepEqual(payouts, [])
  })

  it('goes to no precompile, and no further than the balance', async () => {
    const { call, balance } = await worldOf({ plugins: [payer] })
    const builtin = new Address(unhex('0x0000000000000000000000000000000000000001'))
    for (const [to, amount] of [
      [builtin, 1n],
      [plugin, 1n],
      [stranger, 5n * ether + 1n],
    ] as const) {
      const { execResult } = await call(plugin, order(to, amount))
      assert.ok(execResult.exceptionError !== undefined)
      assert.equal(execResult.executionGasUsed, 10_000_000n)
    }
    assert.equal(await balance(plugin), 5n * ether)
  })

  it('counts within one call', async () => {
    const twice = stateful((input, view) => {
      view.pay(input, 3n * ether)
      view.pay(input, 3n * ether)
      return none
    })
    const { call, balance } = await worldOf({ plugins: [twice] })
    const { execResult } = await call(plugin, stranger.bytes)
    assert.ok(execResult.exceptionError !== undefined)
    assert.equal(await balance(stranger), 0n)
  })
})
