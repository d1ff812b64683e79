/** What stands on chain of identities, and of the prekeys that they give out. */
import type { Hex } from '#base'
import { didRegistry, keyDirectory } from '#contracts'
import type { StateCall } from '#precompiles'

import { ContractReader } from './contract.ts'

/** Times are seconds since 1970. */
export interface AnchoredIdentity {
  readonly controller: Hex
  /** Hash of the head event of its log. */
  readonly head: Hex
  /** Of that event; the inception is 0. */
  readonly sequence: bigint
  /** How often control has passed on: signed requests name it. */
  readonly controlEpoch: number
  readonly isDeactivated: boolean
  /** Who may accept control; undefined for nobody. */
  readonly offeredTo: Hex | undefined
  readonly anchoredAt: number
  /** The block of that anchor. */
  readonly anchoredHeight: number
}

export interface PrekeyRoot {
  /** Who published it: the account, or the identity's controller. */
  readonly publisher: Hex
  /** They rise: a reader never goes back. */
  readonly epoch: bigint
  /** Over the bundles; undefined where none are given out. */
  readonly root: Hex | undefined
  readonly count: number
  readonly publishedAt: number
  /** The last second at which they are given out. */
  readonly expiry: number
}

interface RawIdentity {
  readonly controller: Hex
  readonly sequence: bigint
  readonly controlEpoch: bigint
  readonly deactivated: boolean
  readonly head: Hex
  readonly offeredTo: Hex
  readonly anchoredAt: bigint
  readonly anchoredHeight: bigint
}

interface RawEntry {
  readonly publisher: Hex
  readonly epoch: bigint
  readonly count: bigint
  readonly root: Hex
  readonly publishedAt: bigint
  readonly expiry: bigint
}

const isZero = (text: Hex): boolean => /^0x0*$/.test(text)

/** @param id 32 bytes. Undefined for one that was never brought to this network. */
export async function readIdentity(
  call: StateCall,
  id: Hex,
): Promise<AnchoredIdentity | undefined> {
  const registry = new ContractReader(didRegistry, call)
  const found = await registry.ask<RawIdentity>('identityOf', [id])
  const { controller, head, sequence, deactivated, offeredTo } = found
  if (isZero(controller)) return undefined
  return {
    controller,
    head,
    sequence,
    controlEpoch: Number(found.controlEpoch),
    isDeactivated: deactivated,
    offeredTo: isZero(offeredTo) ? undefined : offeredTo,
    anchoredAt: Number(found.anchoredAt),
    anchoredHeight: Number(found.anchoredHeight),
  }
}

/** @param owner An account of 20 bytes, or an identity of 32. Undefined where nothing ever was. */
export async function readPrekeyRoot(
  call: StateCall,
  owner: Uint8Array,
): Promise<PrekeyRoot | undefined> {
  const name = owner.length === 20 ? 'entryOf' : 'entryOfIdentity'
  const directory = new ContractReader(keyDirectory, call)
  const found = await directory.ask<RawEntry>(name, [`0x${owner.toHex()}`])
  const { publisher, epoch, root } = found
  if (epoch === 0n) return undefined
  return {
    publisher,
    epoch,
    root: isZero(root) ? undefined : root,
    count: Number(found.count),
    publishedAt: Number(found.publishedAt),
    expiry: Number(found.expiry),
  }
}
