import { Fault } from '#base'
import type { Snapshot } from '#storage'

import { height, keys } from '../block/layout.ts'
import { numberOf, readHeader, readHeadNumber } from '../block/sealed.ts'
import type { BlockRef, Head } from '../port.ts'
import type { ChainProfile } from '../profile.ts'
import {
  checkRetained,
  headSource,
  headState,
  historicalSource,
  historicalState,
  type State,
  type StateSource,
} from '../state/index.ts'

/** One read: a snapshot of the store and the rules to understand it by. */
export interface ReadContext {
  readonly reader: Snapshot
  readonly profile: ChainProfile
  /** Asked within whatever a caller can make long. */
  readonly interrupt: Interrupt
}

export interface Interrupt {
  /** Throws `READ_CANCELLED` once nobody waits for the answer. */
  check(): void
}

/** Of a read that always runs to its end. */
export const uninterrupted: Interrupt = { check() {} }

/** @param isCancelled Asked at each check. */
export function interruptedBy(isCancelled: () => boolean): Interrupt {
  return {
    check() {
      if (isCancelled()) throw new Fault({ code: 'READ_CANCELLED' }, 'ask again, for less at once')
    },
  }
}

export function headNumber({ reader }: ReadContext): bigint {
  return readHeadNumber(reader)
}

/** Block 0 is final by the genesis. */
function finalizedNumber({ reader }: ReadContext): bigint {
  const value = reader.get(keys.meta('finalized'))
  return value === undefined ? 0n : height.decode(value)
}

/** The number that `ref` means, or undefined when there is no such block. */
export function resolve(context: ReadContext, ref: BlockRef): bigint | undefined {
  const head = headNumber(context)
  if (ref === 'earliest') return 0n
  if (ref === 'finalized' && context.profile.attested === true) return finalizedNumber(context)
  if (typeof ref === 'string') return head
  if ('hash' in ref) return numberOf(context.reader, ref.hash)
  return ref.number <= head ? ref.number : undefined
}

export function headAt(context: ReadContext, ref: BlockRef): Head | undefined {
  const number = resolve(context, ref)
  return number === undefined ? undefined : readHeader(context.reader, number)
}

/** The state after block `number`. Throws `STATE_PRUNED`. */
export function stateAt(context: ReadContext, number: bigint): StateSource {
  if (number === headNumber(context)) return headSource(context.reader)
  checkRetained(context.reader, number)
  return historicalSource(context.reader, number)
}

/** The state after block `number` with its tries, to change and to ask for its root. */
export function triesAt(context: ReadContext, number: bigint): State {
  if (number === headNumber(context)) return headState(context.reader)
  checkRetained(context.reader, number)
  return historicalState(context.reader, number)
}

/** The hash of block `number`, for the BLOCKHASH instruction. */
export function hashOf(context: ReadContext, number: bigint): Uint8Array | undefined {
  return readHeader(context.reader, number)?.hash
}
