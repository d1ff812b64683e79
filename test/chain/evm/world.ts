import { type Common, Hardfork } from '@ethereumjs/common'
import type { EVMResult } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'

/** A small state with an executor over it, and contracts written by hand. */
import { fixed, type Hex, padLeft, toBigInt, unhex } from '#base'
import type { Precompile, PrecompileView } from '#precompiles'
import { openMemory } from '#storage'

import { blockForVm } from '../../../chain/block/apply.ts'
import {
  createExecutor,
  type Defect,
  type Executor,
  type ExecutorOptions,
  type Payout,
  rulesOf,
} from '../../../chain/evm/index.ts'
import { headState, State, type StateSource } from '../../../chain/state/index.ts'

const rules = rulesOf(6133n, Hardfork.Osaka, [])
export const user = new Address(new Uint8Array(20).fill(0x11))
export const contract = new Address(new Uint8Array(20).fill(0xc0))
const pluginAddress: Hex = '0x0000000000000000000000000000000000000700'
export const plugin = new Address(unhex(pluginAddress))
export const ether = 10n ** 18n
export const networkId = new Uint8Array(32).fill(0x47)

const none = new Uint8Array(0)
const zeroHash = new Uint8Array(32)

export interface World {
  readonly state: State
  readonly executor: Executor
  readonly defects: Defect[]
  readonly payouts: Payout[]
  /** A call by the user's transaction; the journal is cleaned up after it, as runTx does. */
  readonly call: (to: Address, data?: Uint8Array, options?: CallOptions) => Promise<EVMResult>
  readonly word: (address: Address, slot: bigint) => Promise<bigint>
  readonly balance: (address: Address) => Promise<bigint>
}

interface CallOptions {
  readonly value?: bigint
  readonly gasLimit?: bigint
}

export interface WorldOptions extends Partial<ExecutorOptions> {
  readonly plugins?: readonly Precompile[]
  /** Code by address. */
  readonly code?: readonly (readonly [Address, Uint8Array])[]
  /** Reads state that arrives a turn later, as an earlier height's does. */
  readonly late?: boolean
}

function blockUnder(common: Common): ReturnType<typeof blockForVm> {
  return blockForVm(
    {
      parentHash: zeroHash,
      ommersHash: zeroHash,
      beneficiary: new Uint8Array(20).fill(0xfe),
      difficulty: 0n,
      number: 9n,
      gasLimit: 60_000_000n,
      timestamp: 1_800_000_000n,
      extraData: none,
      prevRandao: zeroHash,
      nonce: new Uint8Array(8),
      baseFeePerGas: 1n,
    },
    common,
    1n,
  )
}

export async function worldOf({ code = [], late, ...options }: WorldOptions = {}): Promise<World> {
  const state = await populated(options.plugins ?? [], code, late === true)
  const defects: Defect[] = []
  const payouts: Payout[] = []
  const executor = createExecutor({
    rules,
    state,
    blockHash: () => zeroHash,
    observer: {
      onDefect: (defect) => defects.push(defect),
      onPayout: (payout) => payouts.push(payout),
    },
    ...options,
  })
  executor.context = { networkId, envelope: undefined, height: 9n, timestamp: 1_800_000_000n }
  return {
    state,
    executor,
    defects,
    payouts,
    async call(to, data = none, { value = 0n, gasLimit = 10_000_000n } = {}) {
      const { evm } = executor
      const result = await evm.runCall({
        block: blockUnder(evm.common),
        caller: user,
        to,
        data,
        value,
        gasLimit,
        skipNonceIncrement: true,
      })
      await evm.journal.cleanup()
      state.originalStorageCache.clear()
      return result
    },
    word: async (address, slot) => toBigInt(await state.getStorage(address, fixed(slot, 32))),
    balance: async (address) => (await state.getAccount(address))?.balance ?? 0n,
  }
}

async function populated(
  plugins: readonly Precompile[],
  code: readonly (readonly [Address, Uint8Array])[],
  late: boolean,
): Promise<State> {
  const store = openMemory()
  const state = headState(store)
  await state.putAccount(user, new Account(1n, 1000n * ether))
  for (const { address } of plugins) {
    const at = new Address(unhex(address))
    await state.putAccount(at, new Account(1n, 5n * ether))
    await state.putCode(at, Uint8Array.of(0xfe))
  }
  for (const [address, bytes] of code) {
    await state.putAccount(address, new Account(1n, 2n * ether))
    await state.putCode(address, bytes)
  }
  await store.write(state.changes({ height: 0n, history: false }), { sync: false })
  state.sealed()
  return late ? new State(delayed(state)) : state
}

async function later<Value>(read: () => Promise<Value>): Promise<Value> {
  await Promise.resolve()
  return read()
}

/** Answers each read by a promise. */
function delayed(source: State): StateSource {
  return {
    isImmediate: false,
    account: (address) =>
      later(async () => {
        const account = await source.getAccount(new Address(address))
        return (
          account && {
            nonce: account.nonce,
            balance: account.balance,
            codeHash: account.codeHash,
            storageRoot: account.storageRoot,
          }
        )
      }),
    storage: (address, slot) => later(() => source.getStorage(new Address(address), slot)),
    slots: () => Promise.resolve([]),
    code: (codeHash) =>
      later(async () => {
        for (const address of [contract, plugin]) {
          const account = await source.getAccount(address)
          if (account?.codeHash.toHex() === codeHash.toHex()) return source.getCode(address)
        }
        throw new Error('no such code')
      }),
    key: (keyHash) => later(() => source.keys.get(keyHash)),
    blob: (hash) => later(() => source.blobs.get(hash)),
  }
}

/** A stateful plugin whose `run` is `behave`, with a constant price. */
export function stateful(
  behave: (input: Uint8Array, view: PrecompileView) => Uint8Array,
  changes: { readonly address?: Hex; readonly gas?: (input: Uint8Array) => bigint } = {},
): Precompile {
  return {
    name: 'probe',
    version: '1.0.0',
    address: changes.address ?? pluginAddress,
    abi: null,
    gasTable: {},
    vectors: { provenance: 'none', sequences: [] },
    stateful: true,
    gas: changes.gas ?? (() => 1000n),
    run: behave,
  }
}

export function pure(behave: (input: Uint8Array) => Uint8Array): Precompile {
  return { ...stateful(behave), stateful: false, run: behave }
}

type Forwarding = 'call' | 'callcode' | 'delegatecall' | 'staticcall'
const opcodes = { call: 'f1', callcode: 'f2', delegatecall: 'f4', staticcall: 'fa' } as const

/**
 * A contract that passes its call data to `target`, with `value` where that can be, and returns the
 * word 1 or 0 for success and then what it got back.
 */
export function forwarder(kind: Forwarding, target: Address, value = 0n): Uint8Array {
  const withValue = kind === 'call' || kind === 'callcode'
  // CALLDATACOPY(0, 0, CALLDATASIZE); <kind>(GAS, target, [value], 0, CALLDATASIZE, 0, 0)
  const before = '365f5f375f5f365f'
  const valuePush = withValue ? `67${fixed(value, 8).toHex()}` : ''
  const callIt = `73${target.bytes.toHex()}5a${opcodes[kind]}`
  // MSTORE(0, success); RETURNDATACOPY(32, 0, RETURNDATASIZE); RETURN(0, 32 + RETURNDATASIZE)
  const after = '5f523d5f60203e3d6020015ff3'
  return unhex(`0x${before}${valuePush}${callIt}${after}`)
}

/** What a forwarder returned. */
export function forwarded({ execResult }: EVMResult): {
  readonly succeeded: boolean
  readonly output: Uint8Array
} {
  const { returnValue } = execResult
  return {
    succeeded: toBigInt(returnValue.subarray(0, 32)) === 1n,
    output: returnValue.subarray(32),
  }
}

export const slotOf = (number: number): Uint8Array => padLeft(Uint8Array.of(number), 32)
export const wordOf = (number: bigint): Uint8Array => fixed(number, 32)
