import assert from 'node:assert/strict'

import { concat, fixed, hex, unhex, utf8 } from '#base'
import { sha256 } from '#crypto'
import type { Genesis } from '#genesis'
import { type Precompile, specHash } from '#precompiles'
import { systemAddresses } from '#protocol'

import { type Account, accounts, freshKey, Network } from './network.ts'
import { callData, deploy, outcomes } from './solidity.ts'

const [alice, bob] = accounts as readonly [Account, Account]

/** A plugin that breaks every rule that its first byte names. */
const unruly: Precompile = {
  name: 'unruly',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000009901',
  abi: null,
  gasTable: { base: 100 },
  vectors: { provenance: 'none', sequences: [] },
  stateful: true,
  gas: () => 100n,
  run(input, view) {
    const slot = fixed(1, 32)
    if (input[0] === 1) throw new TypeError('a defect')
    if (input[0] === 2) view.put(slot, fixed(7, 32))
    if (input[0] === 3) view.emit([sha256(utf8('event'))], input)
    if (input[0] === 4) view.pay(bobAddress, 1n)
    if (input[0] === 5) {
      view.put(slot, fixed(9, 32))
      throw new TypeError('after a write')
    }
    return view.get(slot)
  },
}
const bobAddress = bob.address
const unrulyAddress = unhex(unruly.address)

function withUnruly(genesis: Genesis): Genesis {
  const entry = {
    name: unruly.name,
    version: unruly.version,
    specHash: specHash(unruly),
    address: unrulyAddress,
    from: 2n,
    module: undefined,
    integrity: undefined,
  }
  return { ...genesis, precompiles: [...genesis.precompiles, entry] }
}

describe('precompiles on a chain', function () {
  this.timeout(120_000)
  let network: Network
  beforeEach(async () => {
    network = await Network.start(withUnruly, [unruly])
  })
  afterEach(() => network.close())

  async function word(): Promise<bigint> {
    const { output } = await network.call({ to: unrulyAddress, data: Uint8Array.of(0) })
    return output.length === 0 ? -1n : BigInt(hex(output))
  }

  it('start at their height, also where somebody sent tokens before', async () => {
    const early = await network.run(alice, { to: unrulyAddress, value: 5n, data: Uint8Array.of(2) })
    assert.equal(early?.status, 1)
    assert.equal(early?.gasUsed, 53_644n + 40n)
    assert.equal(await word(), -1n)
    const active = await network.run(alice, { to: unrulyAddress, data: Uint8Array.of(2) })
    assert.equal(active?.status, 1)
    assert.equal(await word(), 7n)
    assert.equal(network.balance(unrulyAddress), 5n)
  })

  it('that throw burn the gas of their frame and nothing else', async () => {
    await network.run(bob)
    await network.run(alice, { to: unrulyAddress, data: Uint8Array.of(2) })
    const lender = await deploy(network, 'Lender')
    for (const kind of [1, 5]) {
      const direct = await network.run(alice, {
        to: unrulyAddress,
        data: Uint8Array.of(kind),
        gasLimit: 200_000n,
      })
      assert.equal(direct?.status, 0)
      assert.equal(direct?.gasUsed, 200_000n)
      const data = callData('Lender', 'call', [hex(unrulyAddress), hex(Uint8Array.of(kind))])
      const nested = await network.run(alice, { to: lender, data })
      assert.equal(nested?.status, 1)
      assert.deepEqual(
        outcomes(nested).map(({ ok }) => ok),
        [false],
      )
    }
    assert.equal(await word(), 7n)
  })

  it('write, log and pay in no static call', async () => {
    await network.run(bob)
    const lender = await deploy(network, 'Lender')
    for (const kind of [2, 3, 4]) {
      const data = callData('Lender', 'look', [hex(unrulyAddress), hex(Uint8Array.of(kind))])
      const receipt = await network.run(alice, { to: lender, data })
      assert.deepEqual(
        outcomes(receipt).map(({ ok }) => ok),
        [false],
      )
    }
    const data = callData('Lender', 'look', [hex(unrulyAddress), hex(Uint8Array.of(0))])
    const receipt = await network.run(alice, { to: lender, data })
    assert.deepEqual(
      outcomes(receipt).map(({ ok }) => ok),
      [true],
    )
  })

  it('keep no write and no log of a frame that reverts', async () => {
    await network.run(bob)
    const lender = await deploy(network, 'Lender')
    for (const kind of [2, 3]) {
      const data = callData('Lender', 'callThenRevert', [
        hex(unrulyAddress),
        hex(Uint8Array.of(kind)),
      ])
      const receipt = await network.run(alice, { to: lender, data })
      assert.equal(receipt?.status, 0)
      assert.deepEqual(receipt?.logs, [])
    }
    assert.equal(await word(), 0n)
  })

  it('pay only what they hold, and leave a log of it', async () => {
    await network.run(bob)
    const broke = await network.run(alice, { to: unrulyAddress, data: Uint8Array.of(4) })
    assert.equal(broke?.status, 0)
    const before = network.balance(bob.address)
    const paid = await network.run(alice, {
      to: unrulyAddress,
      data: Uint8Array.of(4),
      value: 3n,
    })
    assert.equal(paid?.status, 1)
    assert.equal(network.balance(bob.address), before + 1n)
    assert.equal(network.balance(unrulyAddress), 2n)
    assert.equal(paid?.logs.length, 1)
  })

  it('answer at the greatest depth that gas can reach', async () => {
    await network.run(bob)
    const lender = await deploy(network, 'Lender')
    const data = callData('Lender', 'sink', [200n, hex(unrulyAddress), hex(Uint8Array.of(0))])
    const answer = await network.call({ to: lender, data, gas: 16_000_000n })
    assert.equal(answer.failure, undefined)
    assert.equal(BigInt(hex(answer.output)), 1n)
  })

  it('take no value where no function could ever give it back', async () => {
    const receipt = await network.run(alice, { to: systemAddresses.mldsaVerify, value: 5n })
    assert.equal(receipt?.status, 0)
    assert.equal(network.balance(systemAddresses.mldsaVerify), 0n)
  })

  it('verify ML-DSA for whoever calls, and never revert on a bad signature', async () => {
    const key = freshKey('signer')
    const message = utf8('ballot')
    const signature = key.sign(message, 'pars-712-v1')
    const context = utf8('pars-712-v1')
    const input = concat(
      Uint8Array.of(0x65, context.length),
      context,
      key.publicKey,
      signature,
      message,
    )
    const flipped = input.slice()
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    for (const [data, verdict] of [
      [input, 1n],
      [flipped, 0n],
      [input.subarray(0, 100), 0n],
    ] as const) {
      const answer = await network.call({ to: systemAddresses.mldsaVerify, data })
      assert.equal(answer.failure, undefined)
      assert.equal(BigInt(hex(answer.output)), verdict)
    }
  })
})

describe('a precompile whose address holds a contract', function () {
  this.timeout(60_000)

  it('is never activated, and the contract stays', async () => {
    const network = await Network.start(
      (genesis) => ({
        ...withUnruly(genesis),
        alloc: [
          ...genesis.alloc,
          {
            address: unrulyAddress,
            balance: 0n,
            nonce: 1n,
            // Returns the word 42.
            code: unhex('0x602a60005260206000f3'),
            storage: [],
            key: undefined,
          },
        ],
      }),
      [unruly],
    )
    for (let height = 1; height <= 3; height++) {
      await network.run(alice)
      const { output } = await network.call({ to: unrulyAddress, data: Uint8Array.of(0) })
      assert.equal(BigInt(hex(output)), 42n)
      assert.equal((await network.run(alice, { to: unrulyAddress }))?.status, 1)
    }
    await network.close()
  })
})

describe('the commit ring', function () {
  this.timeout(60_000)

  it('gives contracts the digest of the commit behind a height', async () => {
    const network = await Network.start()
    await network.run(alice)
    await network.run(alice)
    const [first, second, third] = await Promise.all(
      [1n, 2n, 3n].map((height) =>
        network.call({ to: systemAddresses.commitDigests, data: fixed(height, 32) }),
      ),
    )
    assert.equal(first?.output.length, 32)
    assert.notDeepEqual(first?.output, second?.output)
    assert.equal(third?.failure?.reason, 'reverted')
    await network.close()
  })
})
