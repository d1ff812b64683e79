import { hex } from '#base'

import type { Evidence, SignedCore } from './core/evidence.ts'
import { encodeAttestations, encodeHeaderCore } from './core/ssz.ts'

/** JSON with the very bytes that were signed, so that whoever reads it can check them. */
export function formatEvidence({ kind, epoch, author, first, second }: Evidence): string {
  const document = { kind, epoch, author, first: signed(first), second: signed(second) }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function signed({ core, signature, attestations }: SignedCore) {
  return {
    core: hex(encodeHeaderCore(core)),
    signature: hex(signature),
    attestations: hex(encodeAttestations(attestations)),
  }
}
