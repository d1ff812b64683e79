/** Builds a block that nobody keeps: for tests of development networks. */
import { equal, Fault } from '#base'

import { blockForVm, type OpenHeader } from '../block/apply.ts'
import { emptyOmmersHash, zeroNonce } from '../block/header.ts'
import { type Ledger, tailOf } from '../block/ledger.ts'
import { BlockRun } from '../block/run.ts'
import type { Executor } from '../evm/index.ts'
import { noRequests } from '../pars/constants.ts'
import type { ParsEnvelope } from '../pars/envelope.ts'
import { blockBytes } from '../pars/limits.ts'
import type { ParsProfile } from '../pars/profile.ts'
import { stateView } from '../pars/state-view.ts'
import { stateFault } from '../pars/validity.ts'
import { publicKeyOf, verifyEnvelope } from '../pars/verify.ts'
import type { BuildRequest, BuiltBlock, Head, StoredReceipt } from '../port.ts'
import { emptyRoot } from '../state/index.ts'

export interface Ground {
  readonly ledger: Ledger
  readonly executor: Executor
  readonly profile: ParsProfile
}

/**
 * @param offered What the pool has, where the request names no transactions: of it, what fits.
 * Throws `CHAIN_BUILD_REFUSED`, and `TX_*` for a transaction of the request.
 */
export async function build(
  { ledger, executor, profile }: Ground,
  request: BuildRequest,
  offered: readonly Uint8Array[],
): Promise<BuiltBlock> {
  const { state, head } = ledger
  check(request, head)
  const gasLimit = await profile.blockGasLimit(state)
  const header = { ...headerOf(profile, head, request), gasLimit }
  const run = new BlockRun(executor, header, profile.rules())
  const vmBlock = blockForVm(header, profile.rules(), undefined)
  const underWay = { executor, state, header, vmBlock }
  const placed: Uint8Array[] = []
  try {
    await profile.blocks.begin(underWay, head.header)
    const room = new Room({ ledger, profile, header, run })
    for (const wire of request.transactions ?? offered) {
      const envelope = await room.admit(wire, request.transactions !== undefined)
      if (envelope === undefined) continue
      await profile.blocks.prepare(underWay, envelope)
      await run.apply(envelope)
      placed.push(wire)
    }
    const { hash, header: sealed } = run.seal(state.root(), tailOf(header))
    const value = earned(run.receipts, header.baseFeePerGas ?? 0n)
    return { hash, header: sealed, transactions: placed, withdrawals: [], value, requests: [] }
  } finally {
    ledger.discard()
  }
}

function check({ parentHash, timestamp, withdrawals }: BuildRequest, head: Head): void {
  if (!equal(parentHash, head.hash)) throw refused('parent', 'name the head as the parent')
  if (timestamp < head.header.timestamp) {
    throw refused('timestamp', 'a block is never older than its parent')
  }
  if (withdrawals.length > 0) throw refused('withdrawals', 'a block of Pars has no withdrawals')
}

function refused(what: string, cure: string): Fault {
  return new Fault({ code: 'CHAIN_BUILD_REFUSED', what }, cure)
}

function headerOf(
  profile: ParsProfile,
  parent: Head,
  request: BuildRequest,
): Omit<OpenHeader, 'gasLimit'> {
  return {
    parentHash: parent.hash,
    ommersHash: emptyOmmersHash,
    beneficiary: request.feeRecipient,
    difficulty: 0n,
    number: parent.header.number + 1n,
    timestamp: request.timestamp,
    extraData: request.extraData ?? new Uint8Array(0),
    prevRandao: request.prevRandao,
    nonce: zeroNonce,
    baseFeePerGas: profile.nextBaseFee(parent.header),
    withdrawalsRoot: emptyRoot,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: request.parentBeaconBlockRoot,
    requestsHash: noRequests,
  }
}

/** What still fits, by the rules of a commit. */
class Room {
  readonly #ground: Pick<Ground, 'ledger' | 'profile'> & { header: OpenHeader; run: BlockRun }
  #bytes: number

  constructor(ground: Pick<Ground, 'ledger' | 'profile'> & { header: OpenHeader; run: BlockRun }) {
    this.#ground = ground
    this.#bytes = ground.profile.blockRoom
  }

  /** Undefined, or with `strictly` a fault, for what cannot run here. */
  async admit(wire: Uint8Array, strictly: boolean): Promise<ParsEnvelope | undefined> {
    const { ledger, profile, header, run } = this.#ground
    const view = stateView(ledger.state)
    const { timestamp, baseFeePerGas: baseFee = 0n, gasLimit: blockGasLimit } = header
    const envelope = profile.decode(wire)
    const fault =
      stateFault(envelope, view, { timestamp, baseFee, blockGasLimit }) ??
      this.#fit(envelope, blockGasLimit - run.gasUsed) ??
      (await signatureFault(envelope, publicKeyOf(envelope, view)))
    if (fault === undefined) {
      this.#bytes -= blockBytes(wire)
      return envelope
    }
    if (strictly) throw fault
    return undefined
  }

  #fit({ gasLimit, wire }: ParsEnvelope, gasLeft: bigint): Fault | undefined {
    if (gasLimit <= gasLeft && blockBytes(wire) <= this.#bytes) return undefined
    return refused('transactions', 'one block has no room for all of them: give fewer')
  }
}

async function signatureFault(
  envelope: ParsEnvelope,
  publicKey: Uint8Array,
): Promise<Fault | undefined> {
  if (await verifyEnvelope(envelope, publicKey)) return undefined
  return new Fault({ code: 'TX_BAD_SIGNATURE' }, 'the ML-DSA signature does not verify')
}

function earned(receipts: readonly StoredReceipt[], baseFee: bigint): bigint {
  return receipts.reduce(
    (sum, { effectiveGasPrice, gasUsed }) => sum + (effectiveGasPrice - baseFee) * gasUsed,
    0n,
  )
}
