import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import type { Hex } from '#base'

import {
  addressOf,
  alice,
  bob,
  carol,
  dave as timelock,
  type Deployed,
  mallory,
  probe,
} from './scene.ts'
import { answerOf, day, pars, passing, System, treasuryOf } from './system-scene.ts'

const zero: Hex = `0x${'00'.repeat(20)}`
const funds = 1000n * pars
const decade = 3650n * day

interface Stream {
  readonly recipient: Hex
  readonly amount: bigint
  readonly withdrawn: bigint
  readonly cancelledAt: number
}

describe('streams of the treasury', function () {
  this.timeout(60_000)
  let system: System
  let treasury: Deployed
  beforeEach(async () => {
    system = await System.start()
    treasury = await treasuryOf(system, addressOf(timelock), funds)
  })
  afterEach(() => system.close())

  const govern = (name: string, args: readonly unknown[]) =>
    system.attempt(timelock, treasury, name, args)

  const open = (to: Hex, amount: bigint, [start, cliff, end]: readonly [bigint, bigint, bigint]) =>
    govern('openStream', [to, amount, start, cliff, end])

  const standing = async (id: bigint): Promise<readonly bigint[]> => [
    await system.value<bigint>(treasury, 'vested', [id]),
    await system.value<bigint>(treasury, 'withdrawable', [id]),
  ]

  /** Opens a stream of 1000 wei for bob over 1000 seconds from 100 seconds on, with a cliff at 250. */
  async function usual(): Promise<bigint> {
    const start = system.now + 100n
    assert.equal(await open(addressOf(bob), 1000n, [start, start + 250n, start + 1000n]), undefined)
    return start
  }

  const withdraw = (id: bigint) => system.attempt(mallory, treasury, 'withdraw', [id])

  it('vest second by second from the cliff on, with what accrued before it', async () => {
    const start = await usual()
    const before = system.balance(addressOf(bob))
    const steps = [
      [-1n, 0n],
      [0n, 0n],
      [249n, 0n],
      [250n, 250n],
      [251n, 251n],
      [999n, 999n],
      [1000n, 1000n],
      [5000n, 1000n],
    ] as const
    for (const [seconds, vested] of steps) {
      system.goTo(start + seconds)
      const paid = system.balance(addressOf(bob)) - before
      const refusal = await withdraw(0n)
      if (vested === paid) assert.deepEqual(refusal, ['NothingToWithdraw', 0n])
      else assert.equal(refusal, undefined)
      assert.deepEqual(await standing(0n), [vested, 0n], `${seconds}`)
      assert.equal(system.balance(addressOf(bob)), before + vested)
      assert.equal(await system.value(treasury, 'reserved'), 1000n - vested)
    }
  })

  it('pay nothing twice within a second', async () => {
    const start = await usual()
    system.goTo(start + 500n)
    assert.equal(await withdraw(0n), undefined)
    system.goTo(start + 500n)
    assert.deepEqual(await withdraw(0n), ['NothingToWithdraw', 0n])
  })

  it('are reserved: neither a payment nor another stream can take it', async () => {
    const times = [system.now, system.now, system.now + day] as const
    const most = 2n ** 256n - 1n
    assert.deepEqual(await open(addressOf(bob), most, times), ['InsufficientFunds', most, funds])
    assert.equal(await open(addressOf(bob), funds - 5n, times), undefined)
    assert.equal(await system.value(treasury, 'available'), 5n)
    assert.deepEqual(await govern('spend', [addressOf(carol), 6n]), ['InsufficientFunds', 6n, 5n])
    assert.deepEqual(await open(addressOf(carol), 6n, times), ['InsufficientFunds', 6n, 5n])
    assert.equal(await govern('spend', [addressOf(carol), 5n]), undefined)
    system.goTo(system.now + 2n * day)
    assert.equal(await withdraw(0n), undefined)
    assert.equal(system.balance(treasury.address), 0n)
  })

  it('refuse nobody, nothing and times that make no sense', async () => {
    const now = system.now + 2n
    const good = [now, now, now + day] as const
    assert.deepEqual(await open(zero, 1n, good), ['InvalidRecipient', zero])
    assert.deepEqual(await open(treasury.address, 1n, good), ['InvalidRecipient', treasury.address])
    assert.deepEqual(await open(addressOf(bob), 0n, good), ['NothingToPay'])
    const most = 2n ** 256n - 1n
    const bad = [
      [now, now - 1n, now + day],
      [now, now + day + 1n, now + day],
      [now + day, now + day, now],
      [0n, 0n, now + day],
      [now - day, now - day, now - 1n],
      [now - 1n, now, now + decade],
      [now + 2n * decade, now + 2n * decade, now + 2n * decade + 1n],
      [now, now, most],
      [most, most, most],
      [0n, 0n, most],
    ] as const
    for (const times of bad) {
      assert.deepEqual(await open(addressOf(bob), 1n, times), ['InvalidTimes', ...times])
    }
    const end = system.now + 10n
    const over = [end - day, end, end] as const
    system.goTo(end)
    assert.deepEqual(await open(addressOf(bob), 1n, over), ['InvalidTimes', ...over])
    assert.equal(await system.value(treasury, 'streamCount'), 0n)
  })

  it('may begin in the past, and be all cliff', async () => {
    const now = system.now
    assert.equal(await open(addressOf(bob), 100n, [now - day, now, now + day]), undefined)
    assert.equal(
      await open(addressOf(bob), 100n, [now + day, now + 2n * day, now + 2n * day]),
      undefined,
    )
    assert.deepEqual(await standing(0n), [50n, 50n])
    system.goTo(now + 2n * day - 1n)
    assert.deepEqual(await withdraw(1n), ['NothingToWithdraw', 1n])
    system.goTo(now + 2n * day)
    assert.equal(await withdraw(1n), undefined)
    assert.deepEqual(await standing(1n), [100n, 0n])
  })

  it('lose nothing of the largest amounts by rounding', async () => {
    const start = system.now
    assert.equal(await open(addressOf(bob), funds, [start, start, start + decade]), undefined)
    system.goTo(start + decade - 1n)
    assert.equal(await withdraw(0n), undefined)
    assert.deepEqual(await standing(0n), [(funds * (decade - 1n)) / decade, 0n])
    system.goTo(start + decade)
    assert.equal(await withdraw(0n), undefined)
    assert.equal(system.balance(treasury.address), 0n)
  })

  it('cancelled before the cliff give all back', async () => {
    const start = await usual()
    system.goTo(start + 249n)
    assert.equal(await govern('cancelStream', [0n]), undefined)
    assert.equal(await system.value(treasury, 'reserved'), 0n)
    system.goTo(start + 2000n)
    assert.deepEqual(await withdraw(0n), ['NothingToWithdraw', 0n])
    assert.deepEqual(await govern('cancelStream', [0n]), ['NothingToCancel', 0n])
  })

  it('cancelled midway leave what has vested, for whenever it is asked for', async () => {
    const start = await usual()
    system.goTo(start + 300n)
    assert.equal(await withdraw(0n), undefined)
    system.goTo(start + 700n)
    assert.equal(await govern('cancelStream', [0n]), undefined)
    assert.equal(await system.value(treasury, 'reserved'), 400n)
    const before = system.balance(addressOf(bob))
    system.goTo(start + 5000n)
    assert.deepEqual(await standing(0n), [700n, 400n])
    assert.equal(await withdraw(0n), undefined)
    assert.equal(system.balance(addressOf(bob)), before + 400n)
    assert.deepEqual(await withdraw(0n), ['NothingToWithdraw', 0n])
    assert.deepEqual(await govern('cancelStream', [0n]), ['NothingToCancel', 0n])
    const one = await system.value<Stream>(treasury, 'stream', [0n])
    assert.deepEqual([one.amount, one.withdrawn], [700n, 700n])
    assert.equal(BigInt(one.cancelledAt), start + 700n)
  })

  it('that are over cannot be cancelled, paid or not', async () => {
    const start = await usual()
    system.goTo(start + 1000n)
    assert.deepEqual(await govern('cancelStream', [0n]), ['NothingToCancel', 0n])
    assert.equal(await withdraw(0n), undefined)
    assert.deepEqual(await govern('cancelStream', [0n]), ['NothingToCancel', 0n])
  })

  it('that do not exist are told so', async () => {
    for (const name of ['withdraw', 'handOver', 'stream', 'vested', 'withdrawable']) {
      const args = name === 'handOver' ? [7n, zero] : [7n]
      assert.deepEqual((await system.scene.ask(treasury, name, args)).error, ['NoSuchStream', 7n])
    }
    assert.deepEqual(await govern('cancelStream', [7n]), ['NoSuchStream', 7n])
  })

  it('of a recipient who refuses payment wait, and hold up no cancellation', async () => {
    const recipient = await system.deploy(probe('SystemProbe.sol', 'Recipient'))
    const start = system.now + 5n
    assert.equal(await open(recipient.address, 1000n, [start, start, start + 1000n]), undefined)
    await system.done(alice, recipient, 'be', [1])
    system.goTo(start + 500n)
    assert.deepEqual(await withdraw(0n), ['PaymentRefused', recipient.address])
    system.goTo(start + 500n)
    assert.equal(await govern('cancelStream', [0n]), undefined)
    await system.done(alice, recipient, 'be', [0])
    assert.equal(await withdraw(0n), undefined)
    assert.equal(system.balance(recipient.address), 500n)
  })

  it('are not withdrawn again while they are paid', async () => {
    const recipient = await system.deploy(probe('SystemProbe.sol', 'Recipient'))
    const start = system.now
    for (const _ of [0, 1]) {
      assert.equal(await open(recipient.address, 1000n, [start, start, start + 1000n]), undefined)
    }
    const { to, data } = passing(treasury, 'withdraw', [1n])
    await system.done(alice, recipient, 'want', [to, data])
    system.goTo(start + 1000n)
    assert.equal(await withdraw(0n), undefined)
    assert.deepEqual(await answerOf(system, recipient, treasury.abi), [
      'ReentrancyGuardReentrantCall',
    ])
    assert.equal(system.balance(recipient.address), 1000n)
    assert.equal(await system.value(treasury, 'reserved'), 1000n)
  })

  it('are handed over by the recipient alone, with what was not withdrawn', async () => {
    const start = await usual()
    system.goTo(start + 500n)
    const take = [0n, addressOf(mallory)]
    const refusal = ['OnlyRecipient', addressOf(mallory)]
    assert.deepEqual(await system.attempt(mallory, treasury, 'handOver', take), refusal)
    for (const to of [zero, treasury.address]) {
      const invalid = await system.attempt(bob, treasury, 'handOver', [0n, to])
      assert.deepEqual(invalid, ['InvalidRecipient', to])
    }
    const receipt = await system.done(bob, treasury, 'handOver', [0n, addressOf(carol)])
    const told = ['StreamHandedOver', 0n, addressOf(bob), addressOf(carol)]
    assert.deepEqual(system.events(treasury, receipt), [told])
    const before = system.balance(addressOf(carol))
    system.goTo(start + 1000n)
    assert.equal(await withdraw(0n), undefined)
    assert.equal(system.balance(addressOf(carol)), before + 1000n)
  })

  it('are announced from beginning to end', async () => {
    const start = system.now + 5n
    const terms = [addressOf(bob), 1000n, start, start + 100n, start + 1000n]
    const opened = await system.told(timelock, treasury, 'openStream', terms)
    assert.deepEqual(opened, [['StreamOpened', 0n, ...terms]])
    system.goTo(start + 300n)
    assert.deepEqual(await system.told(mallory, treasury, 'withdraw', [0n]), [
      ['Withdrawn', 0n, addressOf(bob), 300n],
    ])
    system.goTo(start + 400n)
    const cancelled = await system.told(timelock, treasury, 'cancelStream', [0n])
    assert.deepEqual(cancelled, [['StreamCancelled', 0n, 400n, 600n]])
  })

  it('come a hundred to a page', async () => {
    const now = system.now
    for (let count = 0; count <= 100; count++) {
      assert.equal(await open(addressOf(bob), 1n, [now, now, now + day]), undefined)
    }
    const page = await system.value<readonly Stream[]>(treasury, 'streams', [0n, 1000n])
    assert.equal(page.length, 100)
  })

  it('are listed in pages that have an end', async () => {
    const now = system.now
    for (const amount of [1n, 2n, 3n]) {
      assert.equal(await open(addressOf(bob), amount, [now, now, now + day]), undefined)
    }
    const amounts = async (first: bigint, most: bigint): Promise<readonly bigint[]> => {
      const page = await system.value<readonly Stream[]>(treasury, 'streams', [first, most])
      return page.map(({ amount }) => amount)
    }
    const most = 2n ** 256n - 1n
    assert.deepEqual(await amounts(0n, 2n), [1n, 2n])
    assert.deepEqual(await amounts(1n, most), [2n, 3n])
    assert.deepEqual(await amounts(3n, 9n), [])
    assert.deepEqual(await amounts(most, most), [])
    assert.equal(await system.value(treasury, 'streamCount'), 3n)
  })

  it('owe, at all times, what was neither paid nor freed', async () => {
    const step = fc.record({
      seconds: fc.bigInt(0n, 400n),
      deed: fc.constantFrom('open', 'withdraw', 'withdraw', 'cancel', 'spend'),
      amount: fc.bigInt(1n, 10_000n),
      which: fc.nat(3),
    })
    let opened = 0n
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 20 }), async (steps) => {
        const first = opened
        const promised: bigint[] = []
        const freed: bigint[] = []
        for (const { seconds, deed, amount, which } of steps) {
          system.goTo(system.now + seconds)
          const [now, place] = [system.now + seconds, which % Math.max(promised.length, 1)]
          const id = first + BigInt(place)
          if (deed === 'open') {
            const times = [now - 50n, now + (amount % 300n), now + 300n] as const
            assert.equal(await open(addressOf(bob), amount, times), undefined)
            opened = BigInt(promised.push(amount)) + first
          } else if (deed === 'spend') {
            assert.equal(await govern('spend', [addressOf(carol), amount]), undefined)
          } else if (promised.length > 0 && deed === 'withdraw') {
            await withdraw(id)
          } else if (promised.length > 0) {
            const before = await system.value<bigint>(treasury, 'reserved')
            await govern('cancelStream', [id])
            const left = await system.value<bigint>(treasury, 'reserved')
            freed[place] = (freed[place] ?? 0n) + before - left
          }
          let owed = 0n
          for (const [index, whole] of promised.entries()) {
            const at = first + BigInt(index)
            const one = await system.value<Stream>(treasury, 'stream', [at])
            const [vested = 0n, withdrawable = 0n] = await standing(at)
            assert.equal(one.withdrawn + withdrawable, vested)
            assert.equal(one.amount + (freed[index] ?? 0n), whole)
            assert.ok(vested <= one.amount)
            owed += one.amount - one.withdrawn
          }
          const reserved = await system.value<bigint>(treasury, 'reserved')
          assert.equal(reserved, owed)
          assert.ok(reserved <= system.balance(treasury.address))
        }
        // Ends what runs, so that the next case begins with nothing owed.
        system.goTo(system.now + 1000n)
        for (const index of promised.keys()) await withdraw(first + BigInt(index))
        assert.equal(await system.value(treasury, 'reserved'), 0n)
      }),
      { numRuns: 12 },
    )
  })
})
