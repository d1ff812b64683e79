import { Hardfork } from '@ethereumjs/common'
import { createFeeMarket1559Tx } from '@ethereumjs/tx'
import { Address, privateToAddress } from '@ethereumjs/util'

/** Deterministic chains of blocks for both sides: accounts, contracts and signed transactions. */
import { concat, fixed, padLeft, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { rulesOf } from '../../chain/evm/index.ts'

interface WorldAccount {
  readonly address: Uint8Array
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly storage: readonly (readonly [slot: Uint8Array, value: Uint8Array])[]
}

export interface Workload {
  readonly name: string
  readonly accounts: readonly WorldAccount[]
  /** Encoded transactions of each block. */
  readonly blocks: readonly (readonly Uint8Array[])[]
}

export const chainId = 6133n
export const hardfork = Hardfork.Osaka
export const blockGasLimit = 2n ** 40n
export const baseFee = 7n
const rules = rulesOf(chainId, hardfork, [])
const size = 1000
const ether = 10n ** 18n

const keyOf = (index: number): Uint8Array => keccak256(utf8(`sender ${index}`))
const none = new Uint8Array(0)

function accountOf(address: Uint8Array): WorldAccount {
  return { address, balance: 1000n * ether, nonce: 0n, code: none, storage: [] }
}

interface Call {
  readonly to: Uint8Array
  readonly value: bigint
  readonly data: Uint8Array
  readonly gasLimit: bigint
}

function signed(key: Uint8Array, nonce: bigint, { to, ...call }: Call): Uint8Array {
  return createFeeMarket1559Tx(
    { ...call, to: new Address(to), nonce, maxFeePerGas: 100n, maxPriorityFeePerGas: 1n, chainId },
    { common: rules },
  )
    .sign(key)
    .serialize()
}

function blocksOf(count: number, callOf: (block: number, sender: number) => Call): Uint8Array[][] {
  return Array.from({ length: count }, (_, block) =>
    Array.from({ length: size }, (__, sender) =>
      signed(keyOf(sender), BigInt(block), callOf(block, sender)),
    ),
  )
}

function senders(): Uint8Array[] {
  return Array.from({ length: size }, (_, index) => privateToAddress(keyOf(index)))
}

/** One transfer of each of 1000 accounts to another of them per block. */
export function transfers(count: number): Workload {
  const addresses = senders()
  return {
    name: '1000 transfers',
    accounts: addresses.map(accountOf),
    blocks: blocksOf(count, (block, sender) => ({
      to: addresses[(sender * 7 + block + 1) % size] ?? none,
      value: 1n,
      data: none,
      gasLimit: 21_000n,
    })),
  }
}

const token = new Uint8Array(20).fill(0x70)
const balanceSlot = (holder: Uint8Array): Uint8Array =>
  keccak256(concat(padLeft(holder, 32), fixed(0, 32)))

/** One token transfer of each of 1000 holders to another of them per block. */
export function tokenTransfers(count: number, code: Uint8Array): Workload {
  const addresses = senders()
  const selector = keccak256(utf8('transfer(address,uint256)')).subarray(0, 4)
  return {
    name: '1000 ERC-20 transfers',
    accounts: [
      ...addresses.map(accountOf),
      {
        address: token,
        balance: 0n,
        nonce: 1n,
        code,
        storage: addresses.map((holder) => [balanceSlot(holder), Uint8Array.of(0xff, 0xff, 0xff)]),
      },
    ],
    blocks: blocksOf(count, (block, sender) => ({
      to: token,
      value: 0n,
      data: concat(
        selector,
        padLeft(addresses[(sender * 7 + block + 1) % size] ?? none, 32),
        fixed(1, 32),
      ),
      gasLimit: 100_000n,
    })),
  }
}

/** One call per block to a contract that repeats `body` until its gas is gone. */
export function loop(name: string, body: string, gasLimit: bigint, count: number): Workload {
  const key = keyOf(0)
  const address = privateToAddress(key)
  const target = new Uint8Array(20).fill(0x10)
  // JUMPDEST body… PUSH1 0 JUMP
  const code = unhex(`0x5b${body}600056`)
  return {
    name,
    accounts: [
      { ...accountOf(address), balance: 2n ** 100n },
      { address: target, balance: 0n, nonce: 1n, code, storage: [] },
    ],
    blocks: Array.from({ length: count }, (_, block) => [
      signed(key, BigInt(block), { to: target, value: 0n, data: none, gasLimit }),
    ]),
  }
}
