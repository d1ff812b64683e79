import { Account, Address } from '@ethereumjs/util'

import { fixed, trimLeft } from '#base'
import type { Store } from '#storage'

import type { OpenHeader } from '../../chain/block/apply.ts'
import { BlockRun } from '../../chain/block/run.ts'
import type { SealedBlock } from '../../chain/block/sealed.ts'
import { createExecutor, type Executor, rulesOf } from '../../chain/evm/index.ts'
import { headState, type State } from '../../chain/state/index.ts'
import { decodeTransaction, type EthereumEnvelope } from '../../test/ethereum/transaction.ts'
import { mapStore } from './map-store.ts'
import { baseFee, blockGasLimit, chainId, hardfork, type Workload } from './workload.ts'

const rules = rulesOf(chainId, hardfork, [])
const none = new Uint8Array(0)
const zeroHash = new Uint8Array(32)
const emptyRoot = Uint8Array.fromHex(
  '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421',
)
const noOmmers = Uint8Array.fromHex(
  '1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
)
const noRequests = Uint8Array.fromHex(
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
)

/** Executes blocks as production does: state over a store, roots, and one batch per block. */
export class OurChain {
  private readonly store: Store
  private readonly state: State
  private readonly executor: Executor
  private height = 0n

  private constructor(store: Store, state: State) {
    this.store = store
    this.state = state
    this.executor = createExecutor({
      rules,
      state,
      blockHash: () => zeroHash,
      observer: {
        onDefect: ({ error }): never => {
          throw error
        },
        onPayout: () => {},
      },
    })
  }

  static async open({ accounts }: Workload, store: Store = mapStore()): Promise<OurChain> {
    const state = headState(store)
    for (const { address, nonce, balance, code, storage } of accounts) {
      const at = new Address(address)
      await state.putAccount(at, new Account(nonce, balance))
      if (code.length > 0) await state.putCode(at, code)
      for (const [slot, value] of storage) await state.putStorage(at, slot, trimLeft(value))
    }
    const chain = new OurChain(store, state)
    await chain.write(false)
    return chain
  }

  decode(wires: readonly Uint8Array[]): readonly EthereumEnvelope[] {
    return wires.map((wire) => decodeTransaction(wire, rules))
  }

  async run(envelopes: readonly EthereumEnvelope[]): Promise<SealedBlock> {
    this.height++
    const run = new BlockRun(this.executor, headerOf(this.height), rules, 1n)
    for (const envelope of envelopes) await run.apply(envelope)
    const block = run.seal(this.state.root(), [[], []])
    await this.write(true)
    return block
  }

  private async write(history: boolean): Promise<void> {
    const changes = this.state.changes({ height: this.height, history })
    await this.store.write(changes, { sync: false })
    this.state.sealed()
  }
}

function headerOf(number: bigint): OpenHeader {
  return {
    parentHash: zeroHash,
    ommersHash: noOmmers,
    beneficiary: new Uint8Array(20).fill(0xfe),
    difficulty: 0n,
    number,
    gasLimit: blockGasLimit,
    timestamp: 1_800_000_000n + number,
    extraData: none,
    prevRandao: fixed(number, 32),
    nonce: new Uint8Array(8),
    baseFeePerGas: baseFee,
    withdrawalsRoot: emptyRoot,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: zeroHash,
    requestsHash: noRequests,
  }
}
