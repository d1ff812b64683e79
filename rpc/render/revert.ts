import { hex, type Hex } from '#base'
import { revertReason } from '#chain'

export interface Reverted {
  readonly data: Hex
  readonly text: string
}

export function describeRevert(output: Uint8Array): Reverted {
  const reason = revertReason(output)
  const text = reason === undefined ? 'execution reverted' : `execution reverted: ${reason}`
  return { data: hex(output), text }
}
