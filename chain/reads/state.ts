import { empty, equal, padLeft, toBigInt } from '#base'

import type { StorageRequest } from '../call-port.ts'
import { lanesAddress, slotOf } from '../pars/slots.ts'
import type { BlockRef, Proof } from '../port.ts'
import { emptyCodeHash, oldestHeight, proveAccount, type StateSource } from '../state/index.ts'
import { headNumber, type ReadContext, resolve, stateAt } from './context.ts'

async function read<Value>(
  context: ReadContext,
  at: BlockRef,
  ask: (source: StateSource) => Promise<Value>,
): Promise<Value | undefined> {
  const number = resolve(context, at)
  return number === undefined ? undefined : ask(stateAt(context, number))
}

export function balance(
  context: ReadContext,
  address: Uint8Array,
  at: BlockRef,
): Promise<bigint | undefined> {
  return read(context, at, async (source) => (await source.account(address))?.balance ?? 0n)
}

export function nonce(
  context: ReadContext,
  address: Uint8Array,
  at: BlockRef,
  nonceKey = 0n,
): Promise<bigint | undefined> {
  return read(context, at, async (source) => {
    if (nonceKey === 0n) return (await source.account(address))?.nonce ?? 0n
    return toBigInt(await source.storage(lanesAddress, slotOf(address, nonceKey)))
  })
}

export function code(
  context: ReadContext,
  address: Uint8Array,
  at: BlockRef,
): Promise<Uint8Array | undefined> {
  return read(context, at, async (source) => {
    const codeHash = (await source.account(address))?.codeHash ?? emptyCodeHash
    return equal(codeHash, emptyCodeHash) ? empty : source.code(codeHash)
  })
}

/** 32 bytes. */
export function storage(
  context: ReadContext,
  address: Uint8Array,
  slot: Uint8Array,
  at: BlockRef,
): Promise<Uint8Array | undefined> {
  return read(context, at, async (source) => padLeft(await source.storage(address, slot), 32))
}

export function storageValues(
  context: ReadContext,
  requests: readonly StorageRequest[],
  at: BlockRef,
): Promise<readonly (readonly Uint8Array[])[] | undefined> {
  return read(context, at, async (source) => {
    const values: Uint8Array[][] = []
    for (const { address, slots } of requests) {
      const words: Uint8Array[] = []
      for (const slot of slots) words.push(padLeft(await source.storage(address, slot), 32))
      values.push(words)
    }
    return values
  })
}

export function oldestState({ reader }: ReadContext): bigint {
  return oldestHeight(reader)
}

export async function proof(
  context: ReadContext,
  address: Uint8Array,
  slots: readonly Uint8Array[],
  at: BlockRef,
): Promise<Proof | undefined> {
  const number = resolve(context, at)
  if (number === undefined) return undefined
  const head = headNumber(context)
  return proveAccount(context.reader, address, slots, number === head ? undefined : number)
}
