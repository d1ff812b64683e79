import assert from 'node:assert/strict'

import { encodeFunctionData } from 'viem'

import { fixed, hex, isFault, toBigInt, unhex } from '#base'
import { keccak256, keyHash, type SigningKey } from '#crypto'
import { contexts, rotatePreimage, systemAddresses } from '#protocol'

import type { CallRequest, CallResult } from '../../../chain/call-port.ts'
import type { ChainProfile } from '../../../chain/profile.ts'
import { reads, uninterrupted } from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { compile } from '../../precompiles/compile.ts'
import { type Account, accounts, freshKey, Network } from '../attacks/network.ts'

const { abi } = compile('precompiles/accounts/IAccounts.sol')['IAccounts'] ?? { abi: [] }
const registry = systemAddresses.accounts
const register = unhex(encodeFunctionData({ abi, functionName: 'register' }))
const [alice, bob] = accounts as readonly [Account, Account]
const mostGas = 2n ** 24n

function rotation(network: Network, account: Uint8Array, key: SigningKey): Uint8Array {
  const newKeyHash = keyHash(key.algorithm, key.publicKey)
  const networkId = network.profile.genesisHash
  const message = rotatePreimage({ networkId, account, changes: 0n, newKeyHash })
  const proof = key.sign(keccak256(message), contexts.key)
  const args = [key.algorithm, hex(key.publicKey), hex(proof)]
  return unhex(encodeFunctionData({ abi, functionName: 'rotate', args }))
}

/** Init code that takes all its gas when it has less than `least`, and stops otherwise. */
function demanding(least: number): Uint8Array {
  // PUSH4 least, GAS, LT, PUSH1 11, JUMPI, STOP, JUMPDEST, INVALID
  return unhex(`0x63${hex(fixed(least, 4)).slice(2)}5a10600b57005bfe`)
}

describe('estimates', function () {
  this.timeout(60_000)
  let network: Network
  let runs = 0
  beforeEach(async () => {
    network = await Network.start()
    runs = 0
  })
  afterEach(() => network.close())

  async function ask(read: 'call' | 'estimateGas', request: CallRequest): Promise<CallResult> {
    const reader = network.store.snapshot()
    const profile: ChainProfile = {
      ...network.profile,
      intrinsicGas(...parameters) {
        runs++
        return network.profile.intrinsicGas(...parameters)
      },
    }
    try {
      const result = await reads[read](
        { reader, profile, interrupt: uninterrupted },
        request,
        'latest',
      )
      assert.ok(result)
      return result
    } finally {
      await reader.close()
    }
  }

  async function estimate(request: CallRequest): Promise<bigint> {
    const { gasUsed, failure } = await ask('estimateGas', request)
    assert.deepEqual(failure, undefined)
    return gasUsed
  }

  it('are exact for a transfer, in two runs', async () => {
    assert.equal(await estimate({ from: alice.address, to: bob.address, value: 1n }), 53_644n)
    assert.equal(runs, 2)
  })

  it('are at most 1.5 % above the least that is enough', async () => {
    for (const least of [200_000, 3_000_000, 9_000_000]) {
      const request = { from: alice.address, data: demanding(least) }
      const gas = await estimate(request)
      assert.equal((await ask('call', { ...request, gas })).failure, undefined)
      const less = await ask('call', { ...request, gas: (gas * 985n) / 1000n - 1n })
      assert.notEqual(less.failure, undefined)
    }
  })

  it('end after the gas of four transactions, with a limit that is enough', async () => {
    const request = { from: alice.address, data: demanding(16_500_000) }
    const gas = await estimate(request)
    assert.ok(gas <= mostGas)
    assert.equal((await ask('call', { ...request, gas })).failure, undefined)
    assert.ok(BigInt(limits.estimateGas.value) <= 4n * mostGas)
    assert.ok(runs <= 15, `${runs} runs`)
  })

  it('name no gas that a transaction may not have', async () => {
    const tooMuch = { from: alice.address, data: demanding(17_000_000) }
    assert.notEqual((await ask('estimateGas', tooMuch)).failure, undefined)
    const wide = { ...tooMuch, gas: 40_000_000n }
    assert.notEqual((await ask('estimateGas', wide)).failure, undefined)
    assert.equal((await ask('call', wide)).failure, undefined)
  })

  it('and calls run through no more gas than the limit of a call, whatever they ask for', async () => {
    // JUMPDEST, PUSH0, JUMP
    const loop = { from: alice.address, data: unhex('0x5b5f56'), gas: 2n ** 63n }
    const { gasUsed, failure } = await ask('call', loop)
    assert.equal(failure?.reason, 'halted')
    assert.equal(gasUsed, 50_000_000n)
  })

  it('of register() take the key that the transaction will carry', async () => {
    const request = { from: alice.address, to: registry, data: register }
    assert.notEqual((await ask('estimateGas', request)).failure, undefined)
    const publicKey = alice.key.publicKey
    const gas = await estimate({ ...request, algorithm: 0x65, publicKey })
    const receipt = await network.run(alice, { to: registry, data: register, gasLimit: gas })
    assert.equal(receipt?.status, 1)
    assert.equal(receipt?.gasUsed, gas)
  })

  it("refuse a key that is not the sender's", async () => {
    const request = { from: alice.address, to: registry, data: register }
    for (const wrong of [
      { publicKey: bob.key.publicKey },
      { publicKey: alice.key.publicKey, algorithm: 0x44 },
      { publicKey: alice.key.publicKey, algorithm: 0x66 },
      { publicKey: alice.key.publicKey.subarray(1) },
      { publicKey: alice.key.publicKey, from: bob.address },
    ]) {
      await assert.rejects(ask('estimateGas', { ...request, ...wrong }), (error) =>
        isFault(error, 'READ_KEY_FOREIGN'),
      )
    }
    const key = freshKey('next')
    await network.run(alice, { to: registry, data: register })
    await network.run(alice, { to: registry, data: rotation(network, alice.address, key) })
    await assert.rejects(
      ask('estimateGas', { ...request, publicKey: alice.key.publicKey }),
      (error) => isFault(error, 'READ_KEY_FOREIGN'),
    )
    await estimate({ from: alice.address, to: bob.address, publicKey: key.publicKey })
  })

  it('count the registered key, by its hash and algorithm, unless another is asked for', async () => {
    const transfer = { from: alice.address, to: bob.address }
    await network.run(alice, { to: registry, data: register })
    assert.equal(await estimate(transfer), 45_964n)
    assert.equal(await estimate({ ...transfer, algorithm: 0x65 }), 53_644n)
    for (const algorithm of [0x44, 0x87] as const) {
      const other = await Network.start()
      const key = freshKey('next', algorithm)
      await other.run(alice, { to: registry, data: register })
      await other.run(alice, { to: registry, data: rotation(other, alice.address, key) })
      const before = network
      network = other
      const gas = await estimate(transfer)
      const rotated = { key, address: alice.address }
      const short = { key: keyHash(algorithm, key.publicKey), gasLimit: gas }
      assert.equal((await other.run(rotated, { to: bob.address, ...short }))?.gasUsed, gas)
      network = before
      await other.close()
    }
  })

  it('and calls see the price that a transaction would pay, and no base fee without one', async () => {
    // GASPRICE, PUSH0, MSTORE, BASEFEE, PUSH1 32, MSTORE, PUSH1 64, PUSH0, RETURN
    const data = unhex('0x3a5f524860205260405ff3')
    await network.commit()
    const { baseFeePerGas: baseFee = 0n } = reads.header(
      {
        reader: network.store.snapshot(),
        profile: network.profile,
        interrupt: uninterrupted,
      },
      'latest',
    )!.header
    assert.ok(baseFee > 0n)
    const seen = async (fees: CallRequest): Promise<readonly bigint[]> => {
      const { output, failure } = await ask('call', {
        from: alice.address,
        data,
        gas: 300_000n,
        ...fees,
      })
      assert.deepEqual(failure, undefined)
      return [toBigInt(output.subarray(0, 32)), toBigInt(output.subarray(32))]
    }
    assert.deepEqual(await seen({}), [0n, 0n])
    assert.deepEqual(await seen({ gasPrice: 0n }), [0n, 0n])
    assert.deepEqual(await seen({ gasPrice: baseFee + 5n }), [baseFee + 5n, baseFee])
    assert.deepEqual(await seen({ maxFeePerGas: 3n * baseFee }), [baseFee, baseFee])
    const tip = { maxFeePerGas: 3n * baseFee, maxPriorityFeePerGas: 7n }
    assert.deepEqual(await seen(tip), [baseFee + 7n, baseFee])
    const capped = { maxFeePerGas: baseFee + 2n, maxPriorityFeePerGas: 7n }
    assert.deepEqual(await seen(capped), [baseFee + 2n, baseFee])
    await assert.rejects(seen({ maxFeePerGas: baseFee - 1n }), (error) =>
      isFault(error, 'READ_FEE_TOO_LOW'),
    )
  })
})
