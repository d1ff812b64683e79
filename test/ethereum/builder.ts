/** testing_buildBlockV1 over Ethereum's chain: a block on head that nobody keeps. */
import { encodeRlp, equal, Fault, isFault, trimmed } from '#base'
import type { BuildRequest, BuiltBlock } from '#chain'
import type { Store } from '#storage'

import type { OpenHeader } from '../../chain/block/apply.ts'
import { headerHash } from '../../chain/block/header.ts'
import { BlockRun, sealedHeader } from '../../chain/block/run.ts'
import type { Head } from '../../chain/port.ts'
import type { Envelope } from '../../chain/profile.ts'
import { uninterrupted } from '../../chain/reads/context.ts'
import { createExecution } from '../../chain/reads/execution.ts'
import { headState, orderedRoot } from '../../chain/state/index.ts'
import { endBlock, requestsHash, requestsOf } from './block-rules.ts'
import type { EthereumPool } from './pool.ts'
import type { EthereumProfile } from './profile.ts'

export interface Builder {
  build(request: BuildRequest): Promise<BuiltBlock>
}

export function ethereumBuilder(init: {
  readonly store: Store
  readonly profile: EthereumProfile
  readonly head: Head
  readonly pool: EthereumPool
}): Builder {
  const { store, profile, head, pool } = init
  return {
    async build(request) {
      if (!equal(request.parentHash, head.hash)) {
        throw new Fault({ code: 'CHAIN_BUILD_REFUSED' }, 'the parent is not the head')
      }
      const header = openHeader(profile, head, request)
      const reader = store.snapshot()
      try {
        const context = { reader, profile, interrupt: uninterrupted }
        const execution = createExecution(context, headState(reader), { header })
        const run = new BlockRun(
          execution.executor,
          header,
          execution.rules,
          blobPrice(profile, header),
        )
        await profile.blocks.begin(execution, head.header)
        const envelopes = await fill(run, profile, header, request, pool)
        const logs = run.receipts.flatMap((receipt) => receipt.logs)
        const { executor, state } = execution
        const requests = await requestsOf(executor, run.vmBlock, logs, profile.depositContract)
        await endBlock(executor, run.vmBlock, { ommers: [], withdrawals: request.withdrawals })
        const closed = sealedHeader(
          {
            ...header,
            requestsHash: requestsHash(requests),
            blobGasUsed: run.receipts.reduce((sum, one) => sum + (one.blobGasUsed ?? 0n), 0n),
          },
          state.root(),
          envelopes,
          run.receipts,
        )
        const baseFee = header.baseFeePerGas ?? 0n
        return {
          hash: headerHash(closed),
          header: closed,
          transactions: envelopes.map(({ wire }) => wire),
          withdrawals: request.withdrawals,
          value: run.receipts.reduce(
            (sum, { gasUsed, effectiveGasPrice }) => sum + gasUsed * (effectiveGasPrice - baseFee),
            0n,
          ),
          requests,
          blobs: blobsOf(envelopes, pool),
        }
      } finally {
        await reader.close()
      }
    },
  }
}

function openHeader(profile: EthereumProfile, head: Head, request: BuildRequest): OpenHeader {
  const at = { number: head.header.number + 1n, timestamp: request.timestamp }
  if (at.timestamp <= head.header.timestamp) {
    throw new Fault({ code: 'CHAIN_BUILD_REFUSED' }, 'the timestamp is not after the parent')
  }
  const baseFeePerGas = profile.nextBaseFee(head.header)
  return {
    ...profile.simulation.header(head.header, at),
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas }),
    parentHash: head.hash,
    beneficiary: request.feeRecipient,
    gasLimit: nextGasLimit(head.header.gasLimit),
    prevRandao: request.prevRandao,
    extraData: request.extraData ?? new Uint8Array(0),
    parentBeaconBlockRoot: request.parentBeaconBlockRoot,
    withdrawalsRoot: orderedRoot(
      request.withdrawals.map(({ index, validatorIndex, address, amount }) =>
        encodeRlp([trimmed(index), trimmed(validatorIndex), address, trimmed(amount)]),
      ),
    ),
  }
}

/** A step towards what miners of Ethereum aim at. */
const desiredGasLimit = 60_000_000n

function nextGasLimit(parent: bigint): bigint {
  const step = parent / 1024n - 1n
  if (parent < desiredGasLimit) return least(parent + step, desiredGasLimit)
  return parent - step > desiredGasLimit ? parent - step : desiredGasLimit
}

function least(first: bigint, second: bigint): bigint {
  return first < second ? first : second
}

function blobPrice(profile: EthereumProfile, header: OpenHeader): bigint | undefined {
  return profile.blobGasPrice?.(header)
}

/** All that were asked for, or as many of the pool's as run. */
async function fill(
  run: BlockRun,
  profile: EthereumProfile,
  header: OpenHeader,
  { transactions }: BuildRequest,
  pool: EthereumPool,
): Promise<readonly Envelope[]> {
  const envelopes: Envelope[] = []
  const wires =
    transactions ??
    pool
      .list()
      .filter((one) => one.isExecutable)
      .map(({ wire }) => wire)
  for (const wire of wires) {
    try {
      const envelope = profile.decode(wire, header)
      await run.apply(envelope)
      envelopes.push(envelope)
    } catch (error) {
      if (transactions !== undefined) throw refused(error)
    }
  }
  return envelopes
}

function refused(error: unknown): Error {
  if (isFault(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return new Fault({ code: 'TX_INVALID', reason }, reason)
}

function blobsOf(
  envelopes: readonly Envelope[],
  pool: EthereumPool,
): NonNullable<BuiltBlock['blobs']> {
  const sidecars = envelopes.flatMap(({ hash }) => pool.sidecar(hash) ?? [])
  return {
    blobs: sidecars.flatMap((one) => one.blobs),
    commitments: sidecars.flatMap((one) => one.commitments),
    proofs: sidecars.flatMap((one) => one.proofs),
  }
}
