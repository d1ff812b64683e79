/** Coming back from disk: what an earlier run acknowledged is judged by the rules of arrival. */
import { Fault, isFault } from '#base'

import type { ParsEnvelope } from '../pars/envelope.ts'
import { type PoolState, readmit, type SenderUse } from './admission.ts'
import type { PooledRecord } from './journal.ts'
import { limits } from './limits.ts'
import { badSignature } from './verdict.ts'
import type { Verifier } from './verifier.ts'

/** What it needs of the pool. */
export interface RestorePorts {
  readonly state: () => PoolState
  readonly verifier: Verifier
  /** Throws a Fault `TX_*`. */
  decode(wire: Uint8Array): ParsEnvelope
  /** C1. */
  isGenuine(envelope: ParsEnvelope): Promise<boolean>
  mined(hash: Uint8Array): boolean
  useOf(sender: Uint8Array): SenderUse
  insert(envelope: ParsEnvelope): void
  /**
   * It leaves the journal.
   * @param reason Undefined when a block has it.
   * @param sender Of what expired.
   */
  record(hash: Uint8Array, reason?: string, sender?: Uint8Array): void
}

/** Whom what the journal gives back is verified for. */
const source = 'journal'

/** Takes `records` back, oldest first; what the chain has passed over leaves the journal. */
export async function restore(
  records: readonly PooledRecord[],
  ports: RestorePorts,
): Promise<void> {
  const atOnce = limits.restored.value
  for (let start = 0; start < records.length; start += atOnce) {
    const some = records.slice(start, start + atOnce)
    const judged = await Promise.all(some.map(({ wire }) => judge(wire, ports)))
    for (const [index, record] of some.entries()) takeBack(record, judged[index], ports)
  }
}

/** V, S and C1 of what the journal holds; the Fault that rules it out. */
async function judge(wire: Uint8Array, ports: RestorePorts): Promise<ParsEnvelope | Fault> {
  try {
    const envelope = ports.decode(wire)
    readmit(envelope, ports.state(), { queue: undefined, expired: 0 })
    const asked = { priority: 'pool', source, bytes: wire.length } as const
    const genuine = await ports.verifier.run(asked, () => ports.isGenuine(envelope))
    return genuine ? envelope : badSignature()
  } catch (error) {
    return refusal(error)
  }
}

function takeBack(
  { hash, wire }: PooledRecord,
  judged: ParsEnvelope | Fault | undefined,
  ports: RestorePorts,
): void {
  if (judged === undefined || ports.mined(hash)) return ports.record(hash)
  try {
    if (judged instanceof Fault) throw judged
    readmit(judged, ports.state(), ports.useOf(judged.sender))
    ports.insert(judged)
  } catch (error) {
    const { code } = refusal(error)
    ports.record(hash, code, code === 'TX_EXPIRED' ? ports.decode(wire).sender : undefined)
  }
}

/** A reason to let a transaction go; anything else is a fault of this host, and thrown. */
function refusal(error: unknown): Fault {
  if (isFault(error) && /^(?:TX|POOL)_/.test(error.code)) return error
  throw error
}
