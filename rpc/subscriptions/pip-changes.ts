import { hex, type Hex } from '#base'
import type { AsyncReads, BlockRef, FoundLog } from '#chain'
import {
  findPip,
  numberIn,
  numberPlace,
  type PipStatus,
  type StandingChange,
  standingChange,
  standingSources,
} from '#governance'

import { known } from '../methods/known.ts'
import { quantity } from '../render/quantity.ts'

/** What subscribers to PIPs are told, in the order of the logs that say so. */
interface PipChange {
  readonly number: number
  /** The name of the registry's or the Governor's event. */
  readonly event: string
  /** As at the end of the block. */
  readonly revision: number
  readonly status: PipStatus
  readonly blockNumber: Hex
  readonly blockHash: Hex
  readonly transactionHash: Hex
}

type Needed = Pick<AsyncReads, 'call' | 'logs' | 'storage'>

/** Of one block; each as JSON. */
export async function pipChanges(reads: Needed, block: bigint): Promise<readonly string[]> {
  const range = { from: block, to: block, topics: [], limit: Infinity, byteLimit: Infinity }
  const logs = await reads.logs({ ...range, addresses: standingSources })
  const told: string[] = []
  for (const log of logs) {
    const change = standingChange(log)
    const rendered = change && (await renderChange(reads, change, log))
    if (rendered !== undefined) told.push(JSON.stringify(rendered))
  }
  return told
}

async function renderChange(
  reads: Needed,
  change: StandingChange,
  { blockNumber, blockHash, transactionHash }: FoundLog,
): Promise<PipChange | undefined> {
  const at: BlockRef = { number: blockNumber }
  const number = 'number' in change ? change.number : await numberOf(reads, change.proposalId, at)
  const pip = number === undefined ? undefined : await findPip(callAt(reads, at), number)
  return (
    pip && {
      number: pip.number,
      event: change.event,
      revision: pip.revision,
      status: pip.status,
      blockNumber: quantity(blockNumber),
      blockHash: hex(blockHash),
      transactionHash: hex(transactionHash),
    }
  )
}

async function numberOf(
  reads: Needed,
  proposalId: bigint,
  at: BlockRef,
): Promise<number | undefined> {
  const { address, slot } = numberPlace(proposalId)
  return numberIn(known(await reads.storage(address, slot, at), at))
}

function callAt(reads: Needed, at: BlockRef) {
  return async (to: Uint8Array, data: Uint8Array) => {
    const { output, failure } = known(await reads.call({ to, data }, at), at)
    return { output, isReverted: failure !== undefined }
  }
}
