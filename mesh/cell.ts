import { concat } from '#base'

import { malformed } from './faults.ts'
import { limits } from './limits.ts'

/**
 * A cell is what one medium carries at once:
 *
 * - announce, path request: `kind1 | hops1 | label16 | context1 | body`. Hops count up from a random
 *   start, so that the first to send can't be told by them.
 * - request, towards the owner of a label: `kind1 | distance1 | label16 | context1 | hop8 | body`. Only
 *   who is nearer than `distance` hands it on, so that it can't go in circles. `hop8` is a random name
 *   of the circuit between these two neighbours.
 * - circuit, between neighbours of a circuit: `kind1 | hop8 | context1 | body`.
 */
export type Cell = RoutedCell | RequestCell | CircuitCell

export interface RoutedCell {
  readonly kind: 'announce' | 'path-request'
  readonly hops: number
  /** 16 bytes: the first of a destination's 32. */
  readonly label: Uint8Array
  readonly context: number
  readonly body: Uint8Array
}

export interface RequestCell {
  readonly kind: 'request'
  /** That the sender's path to the destination has. */
  readonly distance: number
  readonly label: Uint8Array
  readonly context: number
  /** 8 bytes. */
  readonly hop: Uint8Array
  readonly body: Uint8Array
}

export interface CircuitCell {
  readonly kind: 'circuit'
  /** To who asked, or to who was asked. */
  readonly isReturn: boolean
  readonly hop: Uint8Array
  readonly context: number
  readonly body: Uint8Array
}

export const labelBytes = 16
export const hopBytes = 8
/** Of an announce or a path request. */
export const routedHeaderBytes = 19
export const requestHeaderBytes = 27
export const circuitHeaderBytes = 10

const kinds = { announce: 1, 'path-request': 2, request: 3 } as const
const circuitKinds = { forward: 4, return: 5 } as const

export function encodeCell(cell: Cell): Uint8Array<ArrayBuffer> {
  if (cell.kind === 'circuit') {
    const kind = cell.isReturn ? circuitKinds.return : circuitKinds.forward
    return concat(Uint8Array.of(kind), cell.hop, Uint8Array.of(cell.context), cell.body)
  }
  const steps = cell.kind === 'request' ? cell.distance : cell.hops
  const head = Uint8Array.of(kinds[cell.kind], steps)
  const tail = cell.kind === 'request' ? concat(cell.hop, cell.body) : cell.body
  return concat(head, cell.label, Uint8Array.of(cell.context), tail)
}

/** The parts are views of `bytes`. Throws `MESH_MALFORMED`. */
export function decodeCell(bytes: Uint8Array): Cell {
  if (bytes.length > limits.cell.value) throw malformed('cell', 'it is too large')
  const [kind = 0, steps = 0] = bytes
  switch (kind) {
    case kinds.announce:
    case kinds['path-request']: {
      checkHeader(bytes, routedHeaderBytes)
      return {
        kind: kind === kinds.announce ? 'announce' : 'path-request',
        hops: steps,
        ...addressed(bytes),
        body: bytes.subarray(routedHeaderBytes),
      }
    }
    case kinds.request: {
      checkHeader(bytes, requestHeaderBytes)
      return {
        kind: 'request',
        distance: steps,
        ...addressed(bytes),
        hop: bytes.subarray(routedHeaderBytes, requestHeaderBytes),
        body: bytes.subarray(requestHeaderBytes),
      }
    }
    case circuitKinds.forward:
    case circuitKinds.return: {
      checkHeader(bytes, circuitHeaderBytes)
      const [context = 0] = bytes.subarray(1 + hopBytes)
      return {
        kind: 'circuit',
        isReturn: kind === circuitKinds.return,
        hop: bytes.subarray(1, 1 + hopBytes),
        context,
        body: bytes.subarray(circuitHeaderBytes),
      }
    }
    default: {
      throw malformed('cell', 'it is of no known kind')
    }
  }
}

function checkHeader(bytes: Uint8Array, size: number): void {
  if (bytes.length < size) throw malformed('cell', 'its header is cut')
}

function addressed(bytes: Uint8Array): { readonly label: Uint8Array; readonly context: number } {
  const [context = 0] = bytes.subarray(2 + labelBytes)
  return { label: bytes.subarray(2, 2 + labelBytes), context }
}
