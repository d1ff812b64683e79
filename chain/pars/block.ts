/** One block of a commit: what it starts from, what happens before its transactions, how it closes. */
import { concat, fixed } from '#base'
import { keccak256 } from '#crypto'

import type { OpenHeader } from '../block/apply.ts'
import { emptyOmmersHash, zeroNonce } from '../block/header.ts'
import { tailOf } from '../block/ledger.ts'
import { BlockRun } from '../block/run.ts'
import type { SealedBlock } from '../block/sealed.ts'
import type { Executor } from '../evm/index.ts'
import type { Head } from '../port.ts'
import type { BlockUnderWay, VoidActivation } from '../profile.ts'
import { emptyRoot, type State } from '../state/index.ts'
import type { Commit, OpenBlock } from './commit.ts'
import { noRequests } from './constants.ts'
import type { ParsEnvelope } from './envelope.ts'
import { blockBytes, roomForTransactions } from './limits.ts'
import type { ParsProfile } from './profile.ts'
import type { Position } from './validity.ts'

export class ParsBlock implements OpenBlock {
  readonly position: Position
  readonly #header: OpenHeader
  readonly #parent: Head['header']
  readonly #run: BlockRun
  readonly #executor: Executor
  readonly #profile: ParsProfile
  readonly #state: State
  #bytesLeft = roomForTransactions

  /** @param index Which block of its commit, from 0. */
  constructor(init: {
    executor: Executor
    state: State
    profile: ParsProfile
    parent: Head
    commit: Commit
    index: number
    gasLimit: bigint
  }) {
    const { executor, state, profile, parent, commit, index, gasLimit } = init
    this.#executor = executor
    this.#state = state
    this.#profile = profile
    this.#parent = parent.header
    this.#header = { ...openHeader(profile, parent, commit, index), gasLimit }
    const { timestamp, baseFeePerGas } = this.#header
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
  open(): Promise<readonly VoidActivation[]> {
    return this.#profile.blocks.begin(this.#underWay, this.#parent)
  }

  async run(envelope: ParsEnvelope): Promise<void> {
    await this.#state.checkpoint()
    try {
      await this.#profile.blocks.prepare(this.#underWay, envelope)
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

  get #underWay(): BlockUnderWay {
    return {
      executor: this.#executor,
      state: this.#state,
      header: this.#header,
      vmBlock: this.#run.vmBlock,
    }
  }
}

function openHeader(
  profile: ParsProfile,
  parent: Head,
  commit: Commit,
  index: number,
): Omit<OpenHeader, 'gasLimit'> {
  return {
    parentHash: parent.hash,
    ommersHash: emptyOmmersHash,
    beneficiary: profile.feeCollector,
    difficulty: 0n,
    number: parent.header.number + 1n,
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
