import { concat } from '#base'

import { kinds, objectId, type Priority, unknownKind } from '../objects/kinds.ts'
import { type Frame, frameTypes } from './pack.ts'

/** An object as a bundle carries it: `kind1 | body` in a frame, which is what its id is the hash of. */
export interface CarriedObject {
  /** 32 bytes. */
  readonly id: Uint8Array
  /** 0..255. */
  readonly kind: number
  readonly body: Uint8Array
}

export function objectFrame(kind: number, body: Uint8Array): Frame {
  return { type: frameTypes.object, body: concat(Uint8Array.of(kind), body) }
}

/** The object of a frame, undefined where it holds none. Its body is a view of the frame’s. */
export function objectIn({ type, body: bytes }: Frame): CarriedObject | undefined {
  const [kind] = bytes
  if (type !== frameTypes.object || kind === undefined) return undefined
  const body = bytes.subarray(1)
  return { id: objectId(kind, body), kind, body }
}

/** By kind alone: what a bundle said of itself, every bundle could say. */
export function priorityOf(kind: number): Priority {
  return (kinds.get(kind) ?? unknownKind).priority
}
