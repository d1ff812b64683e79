import { Account, Address } from '@ethereumjs/util'

/** One block of a commit: what it starts from, what happens before its transactions, how it closes. */
import { concat, equal, fixed, unhex } from '#base'
import { keccak256 } from '#crypto'
import { pluginCode } from '#genesis'
import type { Precompile } from '#precompiles'
import { systemAddresses } from '#protocol'

import { activePlugins } from '../block/active.ts'
import type { OpenHeader } from '../block/apply.ts'
import { emptyOmmersHash, zeroNonce } from '../block/header.ts'
import { tailOf } from '../block/ledger.ts'
import { BlockRun } from '../block/run.ts'
import type { SealedBlock } from '../block/sealed.ts'
import type { Executor, TransactionContext } from '../evm/index.ts'
import type { Head } from '../port.ts'
import { emptyCodeHash, emptyRoot, type State } from '../state/index.ts'
import type { Commit, OpenBlock } from './commit.ts'
import { noRequests } from './constants.ts'
import type { ParsEnvelope } from './envelope.ts'
import { blockBytes, roomForTransactions } from './limits.ts'
import type { ParsProfile } from './profile.ts'
import { lanesAddress, slotOf } from './slots.ts'
import type { Position } from './validity.ts'

const historyRing = 8191n

export class ParsBlock implements OpenBlock {
  readonly position: Position
  readonly #header: OpenHeader
  readonly #run: BlockRun
  readonly #executor: Executor
  readonly #profile: ParsProfile
  readonly #state: State
  readonly #commit: Commit
  #bytesLeft = roomForTransactions

  /** @param index Which block of its commit, from 0. */
  constructor(init: {
    executor: Executor
    state: State
    profile: ParsProfile
    parent: Head
    commit: Commit
    index: number
  }) {
    const { executor, state, profile, parent, commit, index } = init
    this.#executor = executor
    this.#state = state
    this.#profile = profile
    this.#commit = commit
    this.#header = openHeader(profile, parent, commit, index)
    const { timestamp, gasLimit, baseFeePerGas } = this.#header
    this.position = { timestamp, baseFee: baseFeePerGas ?? 0n, blockGasLimit: gasLimit }
    this.#run = new BlockRun(executor, this.#header, profile.rules())
  }

  get gasLeft(): bigint {
    return this.#header.gasLimit - this.#run.gasUsed
  }

  /** Transactions so far. */
  get count(): number {
    return this.#run.receipts.length
  }

  get bytesLeft(): number {
    return this.#bytesLeft
  }

  /** What happens before the first transaction. Gives the plugins whose activation is void. */
  async open(): Promise<readonly Precompile[]> {
    const { number, parentHash } = this.#header
    const voided = await this.#activate()
    this.#executor.context = this.#context(undefined)
    await this.#state.putStorage(
      new Address(systemAddresses.blockHashes),
      fixed((number - 1n) % historyRing, 32),
      parentHash,
    )
    await this.#executor.vm.evm.runCall({
      block: this.#run.vmBlock,
      caller: new Address(systemAddresses.system),
      to: new Address(systemAddresses.commitDigests),
      data: concat(fixed(number, 32), this.#commit.digest),
      gasLimit: 30_000_000n,
      skipNonceIncrement: true,
    })
    await this.#executor.vm.evm.journal.cleanup()
    return voided
  }

  async run(envelope: ParsEnvelope): Promise<void> {
    const { sender, fields } = envelope
    this.#executor.context = this.#context({ algorithm: fields.algorithm, key: fields.key })
    await this.#state.checkpoint()
    try {
      if (!envelope.usesAccountNonce) {
        await this.#state.putStorage(
          new Address(lanesAddress),
          slotOf(sender, fields.nonceKey),
          fixed(fields.nonce + 1n, 32),
        )
      }
      await this.#run.apply(envelope)
    } catch (error) {
      await this.#state.revert()
      throw error
    }
    await this.#state.commit()
    this.#bytesLeft -= blockBytes(envelope.wire)
  }

  seal(): SealedBlock {
    return this.#run.seal(this.#state.root(), tailOf(this.#header))
  }

  #context(envelope: TransactionContext['envelope']): TransactionContext {
    const { number, timestamp } = this.#header
    return { networkId: this.#profile.genesisHash, envelope, height: number, timestamp }
  }

  /** @see PIP-0003 "Activation" */
  async #activate(): Promise<readonly Precompile[]> {
    const at = this.#header
    for (const plugin of this.#profile.activatedAt(at.number)) {
      const where = new Address(unhex(plugin.address))
      const account = (await this.#state.getAccount(where)) ?? new Account()
      if (!equal(account.codeHash, emptyCodeHash)) continue
      if (account.nonce === 0n) account.nonce = 1n
      await this.#state.putAccount(where, account)
      await this.#state.putCode(where, pluginCode)
    }
    const active = await activePlugins(this.#state, this.#profile.plugins(at))
    this.#executor.setActive(active)
    return this.#profile.activatedAt(at.number).filter((plugin) => !active.includes(plugin))
  }
}

function openHeader(profile: ParsProfile, parent: Head, commit: Commit, index: number): OpenHeader {
  return {
    parentHash: parent.hash,
    ommersHash: emptyOmmersHash,
    beneficiary: profile.feeCollector,
    difficulty: 0n,
    number: parent.header.number + 1n,
    gasLimit: profile.blockGasLimit,
    timestamp: commit.timestamp,
    extraData: concat(fixed(commit.epoch, 8), fixed(commit.index, 8), fixed(index, 4)),
    prevRandao: keccak256(concat(commit.digest, fixed(index, 4))),
    nonce: zeroNonce,
    baseFeePerGas: profile.nextBaseFee(parent.header),
    withdrawalsRoot: emptyRoot,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: commit.digest,
    requestsHash: noRequests,
  }
}
