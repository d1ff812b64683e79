import { Fault } from '#base'

export type OpeningReason = 'length' | 'missing' | 'order' | 'root' | 'source' | 'unused'

export type CommitmentFaults =
  | { readonly code: 'INFERENCE_OPENING'; readonly reason: OpeningReason }
  | { readonly code: 'INFERENCE_REVEAL'; readonly hashes: number }
  | { readonly code: 'INFERENCE_ROOT'; readonly constant: string }
  | {
      readonly code: 'INFERENCE_UNPROVABLE'
      readonly reason: 'element' | 'leaves' | 'output'
      /** A value, or how many leaves. */
      readonly at: string
    }

export type CommitmentFault = Fault<CommitmentFaults>

/** Refuses openings. */
export function refuseOpening(reason: OpeningReason, cure?: string): never {
  const facts: CommitmentFaults = { code: 'INFERENCE_OPENING', reason }
  throw new Fault(facts, cure)
}
