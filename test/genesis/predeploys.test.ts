import assert from 'node:assert/strict'

import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type EVM } from '@ethereumjs/evm'
import { Account, Address, createAccount } from '@ethereumjs/util'
import { getCreate2Address, getCreateAddress, Transaction } from 'ethers'

/** The contracts of every network, run by an independent EVM. */
import { concat, empty, equal, fixed, hex, unhex } from '#base'
import { keccak256 } from '#crypto'
import { genesisAllocation, preset } from '#genesis'
import { systemAddresses } from '#protocol'

import published from '../../genesis/predeploys.json' with { type: 'json' }
import presigned from './presigned.json' with { type: 'json' }

const { accounts } = genesisAllocation(preset('mainnet'))
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })

function codeAt(address: Uint8Array): Uint8Array {
  return accounts.find((one) => equal(one.address, address))?.code ?? empty
}

async function evmWith(...addresses: readonly Uint8Array[]): Promise<EVM> {
  const evm = await createEVM({ common })
  for (const bytes of addresses) {
    const address = new Address(bytes)
    await evm.stateManager.putAccount(address, createAccount({ nonce: 1n }))
    await evm.stateManager.putCode(address, codeAt(bytes))
  }
  return evm
}

async function call(evm: EVM, from: Uint8Array, to: Uint8Array, data: Uint8Array, value = 0n) {
  const { execResult } = await evm.runCall({
    caller: new Address(from),
    to: new Address(to),
    data,
    value,
    skipBalance: true,
    gasLimit: 10_000_000n,
  })
  return { failed: execResult.exceptionError?.error, output: execResult.returnValue }
}

function digest(height: number): Uint8Array {
  return keccak256(fixed(height, 32))
}

describe('the published contracts', () => {
  for (const { name, address, code, codeHash } of published) {
    it(`hold what the signed transaction of ${name} deploys at ${address}`, async () => {
      const tx = Transaction.from(presigned[address as keyof typeof presigned])
      assert.ok(tx.from)
      assert.equal(getCreateAddress({ from: tx.from, nonce: tx.nonce }).toLowerCase(), address)
      const evm = await createEVM({ common })
      const caller = new Address(unhex(tx.from))
      await evm.stateManager.putAccount(caller, new Account(BigInt(tx.nonce)))
      const result = await evm.runCall({ caller, data: unhex(tx.data), gasLimit: 16_000_000n })
      assert.equal(result.createdAddress?.toString(), address)
      assert.equal(hex(result.execResult.returnValue), code)
      assert.equal(hex(keccak256(unhex(code))), codeHash)
      assert.deepEqual(codeAt(unhex(address)), unhex(code))
    })
  }

  it('deploy by CREATE2 through the deterministic deployment proxy', async () => {
    const proxy = unhex('0x4e59b44847b379578588920ca78fbf26c0b4956c')
    const evm = await evmWith(proxy)
    const initcode = unhex('0x60fe60005360016000f3')
    const salt = fixed(7, 32)
    const { failed, output } = await call(evm, new Uint8Array(20), proxy, concat(salt, initcode))
    assert.equal(failed, undefined)
    const expected = getCreate2Address(hex(proxy), hex(salt), hex(keccak256(initcode)))
    assert.equal(hex(output), expected.toLowerCase())
    const created = await evm.stateManager.getCode(new Address(output))
    assert.deepEqual(created, Uint8Array.of(0xfe))
  })
})

describe('the ring of commit digests', () => {
  const ring = systemAddresses.commitDigests
  const { system } = systemAddresses
  const anybody = new Uint8Array(20).fill(7)
  const set = (evm: EVM, height: number) =>
    call(evm, system, ring, concat(fixed(height, 32), digest(height)))
  const get = (evm: EVM, height: number) => call(evm, anybody, ring, fixed(height, 32))

  it('answers anybody with the digest that the system wrote', async () => {
    const evm = await evmWith(ring)
    for (const height of [1, 2, 8190, 8191]) {
      assert.equal((await set(evm, height)).failed, undefined)
      assert.deepEqual((await get(evm, height)).output, digest(height))
    }
    assert.deepEqual((await get(evm, 1)).output, digest(1))
  })

  it('keeps 8191 heights and forgets the one before', async () => {
    const evm = await evmWith(ring)
    await set(evm, 100)
    await set(evm, 101)
    await set(evm, 100 + 8191)
    assert.equal((await get(evm, 100)).failed, 'revert')
    assert.deepEqual((await get(evm, 101)).output, digest(101))
    assert.deepEqual((await get(evm, 100 + 8191)).output, digest(100 + 8191))
  })

  it('reverts for heights that were never written', async () => {
    const evm = await evmWith(ring)
    await set(evm, 5)
    for (const height of [0, 4, 6, 8191, 5 + 8191]) {
      assert.equal((await get(evm, height)).failed, 'revert', String(height))
    }
    const huge = unhex(`0x${'ff'.repeat(32)}`)
    assert.equal((await call(evm, anybody, ring, huge)).failed, 'revert')
  })

  it('lets nobody but the system write', async () => {
    const evm = await evmWith(ring)
    const data = concat(fixed(5, 32), digest(5))
    assert.equal((await call(evm, anybody, ring, data)).failed, 'revert')
    assert.equal((await get(evm, 5)).failed, 'revert')
  })

  it('reverts for input of another length, and for value', async () => {
    const evm = await evmWith(ring)
    await set(evm, 5)
    for (const size of [0, 31, 33, 64]) {
      assert.equal((await call(evm, anybody, ring, new Uint8Array(size))).failed, 'revert')
    }
    for (const size of [0, 32, 63, 65, 96]) {
      assert.equal((await call(evm, system, ring, new Uint8Array(size))).failed, 'revert')
    }
    assert.equal((await call(evm, anybody, ring, fixed(5, 32), 1n)).failed, 'revert')
  })

  it('takes height 0', async () => {
    const evm = await evmWith(ring)
    await set(evm, 0)
    assert.deepEqual((await get(evm, 0)).output, digest(0))
  })
})
