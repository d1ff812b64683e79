import assert from 'node:assert/strict'

import { encodeFunctionData } from 'viem'

import { isFault } from '#base'
import { hex, unhex } from '#base'
import { checkStatic, encodeTransaction, floorGas, systemAddresses } from '#protocol'

import { compile } from '../../precompiles/compile.ts'
import { type Account, accountOf, accounts, freshKey, Network } from './network.ts'

const [alice, bob] = accounts as readonly [Account, Account]
const { abi } = compile('precompiles/nonces/INonces.sol')['INonces'] ?? { abi: [] }

describe('nonce lanes on a chain', function () {
  this.timeout(60_000)
  let network: Network
  beforeEach(async () => {
    network = await Network.start()
  })
  afterEach(() => network.close())

  it('run beside the account nonce, each in its own order', async () => {
    const wires = [
      network.wire(alice, { nonceKey: 7n, nonce: 0n }),
      network.wire(alice, { nonceKey: 9n, nonce: 0n }),
      network.wire(alice, { nonceKey: 7n, nonce: 1n }),
      network.wire(alice, { nonce: 0n }),
    ]
    const { skipped } = await network.commit(wires)
    assert.deepEqual(skipped, [])
    assert.equal(network.nonce(alice.address), 1n)
    assert.equal(network.nonce(alice.address, 7n), 2n)
    assert.equal(network.nonce(alice.address, 9n), 1n)
    assert.equal(network.receipt(wires[0] ?? new Uint8Array(0))?.gasUsed, 75_744n)
    assert.equal(network.receipt(wires[2] ?? new Uint8Array(0))?.gasUsed, 58_644n)
  })

  it('are consumed by a transaction that reverts', async () => {
    const receipt = await network.run(alice, { nonceKey: 3n, to: systemAddresses.accounts })
    assert.equal(receipt?.status, 0)
    assert.equal(network.nonce(alice.address, 3n), 1n)
  })

  it('can be read by contracts, the one under way included', async () => {
    await network.run(alice, { nonceKey: 3n })
    const data = unhex(
      encodeFunctionData({
        abi,
        functionName: 'nextNonce',
        args: [hex(alice.address), 3n],
      }),
    )
    const { output } = await network.call({ to: systemAddresses.nonces, data })
    assert.equal(BigInt(hex(output)), 1n)
  })

  it('create no contracts', async () => {
    const draft = {
      ...network.draft(alice, { to: new Uint8Array(0), data: Uint8Array.of(0) }),
      nonceKey: 1n,
    }
    assert.throws(
      () => checkStatic(draft, { chainId: network.profile.chainId }),
      (error) => isFault(error, 'TX_CREATION_LANE'),
    )
    const wire = encodeTransaction(network.sign(alice.key, draft))
    const result = await network.commit([wire])
    assert.deepEqual(result.broken, [0])
    assert.equal(result.blocks.length, 0)
  })

  it('leave the next creation at the address of the account nonce', async () => {
    await network.run(alice, { nonceKey: 1n })
    const receipt = await network.run(alice, { to: new Uint8Array(0), data: unhex('0x00') })
    assert.equal(receipt?.status, 1)
    assert.equal(network.nonce(alice.address), 1n)
  })

  it('delete a sender that they leave empty', async () => {
    const poor = accountOf(freshKey('poor'))
    const draft = network.draft(poor, { nonceKey: 1n, maxPriorityFeePerGas: 0n })
    const gasLimit = floorGas(draft)
    const baseFee = network.profile.nextBaseFee({
      ...network.profile.genesis.header,
      stateRoot: new Uint8Array(32),
    })
    // Exactly what the transaction will cost, at a base fee that empty blocks keep at its floor.
    await network.run(bob, { to: poor.address, value: gasLimit * baseFee })
    assert.equal(network.exists(poor.address), true)
    const wire = encodeTransaction(
      network.sign(poor.key, { ...draft, gasLimit, maxFeePerGas: baseFee }),
    )
    const { skipped } = await network.commit([wire])
    assert.deepEqual(skipped, [])
    assert.equal(network.receipt(wire)?.status, 1)
    assert.equal(network.exists(poor.address), false)
    assert.equal(network.nonce(poor.address, 1n), 1n)
  })

  it('charge the authentication gas in the floor too', async () => {
    const data = new Uint8Array(2_000).fill(1)
    const receipt = await network.run(alice, { data })
    assert.equal(receipt?.gasUsed, 21_000n + 32_644n + 40n * 2_000n)
  })

  it('park a gap inside one commit and keep what stays open for later', async () => {
    const [first, second, third] = [0n, 1n, 5n].map((nonce) => network.wire(alice, { nonce }))
    const wires = [second, third, first].flatMap((wire) => (wire === undefined ? [] : [wire]))
    const { skipped } = await network.commit(wires)
    assert.deepEqual(
      skipped.map(({ reason }) => reason),
      ['TX_NONCE_GAP'],
    )
    assert.equal(network.nonce(alice.address), 2n)
  })

  it('execute a commit once, also when it comes again', async () => {
    const forged = network.wire(bob)
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    const late = network.wire(bob, { nonce: 9n })
    const first = await network.commit([network.wire(alice), late, forged], [late])
    assert.deepEqual(first.broken, [0])
    assert.equal(first.skipped.length, 2)
    const again = await network.repeat()
    assert.deepEqual(again, first)
    assert.equal(network.nonce(alice.address), 1n)
  })

  it('make no block older than its parent, whatever the commit says', async () => {
    await network.run(alice)
    const before = network.timestamp
    network.wait(-100)
    assert.equal((await network.run(alice))?.status, 1)
    assert.equal(network.headTimestamp, before)
  })

  it('end a body at a bad signature, and no other body', async () => {
    const good = network.wire(alice)
    const forged = network.wire(bob)
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    const after = network.wire(accounts[2] ?? alice)
    const other = network.wire(accounts[3] ?? alice)
    const { broken, skipped } = await network.commit([good, forged, after], [other])
    assert.deepEqual(broken, [0])
    assert.ok(skipped.some(({ reason }) => reason === 'TX_BAD_SIGNATURE'))
    assert.equal(network.receipt(good)?.status, 1)
    assert.equal(network.receipt(after), undefined)
    assert.equal(network.receipt(other)?.status, 1)
  })
})
