/**
 * Where logs of did:pars identities are anchored, and which prekeys somebody gives out.
 *
 * @see contracts/identity/README.md, contracts/sessions/README.md
 */
import { Fault, type Hex } from '#base'
import { didRegistry as registryArtifact, keyDirectory as directoryArtifact } from '#contracts'

import type { RpcClient } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import { SystemContract } from './system.ts'
import { headTime } from './ve.ts'

export const zeroHash: Hex = `0x${'0'.repeat(64)}`
const zeroAddress: Hex = `0x${'0'.repeat(40)}`

export const didRegistry = new SystemContract(registryArtifact, {
  NoSuchIdentity: 'its inception was not anchored here: pars did anchor --inception does that',
  AlreadyIncepted: 'it is here: anchor its head with pars did anchor',
  IsDeactivated: 'that is for good: begin another identity',
  OnlyController: 'sign as its controller: pars did show names it',
  NotOffered: 'its controller offers it with pars did offer',
  InvalidHash: 'zero is no hash of an event',
  NotNewer: 'the chain has that event or a later one: pars did show says which',
})

export const keyDirectory = new SystemContract(directoryArtifact, {
  OnlyController: 'sign as the controller of the identity: pars did show names it',
  NotNewer: 'epochs rise: leave --epoch out for the next one',
  InvalidRoot: 'give the root over the bundles and how many they are',
  InvalidExpiry: 'prekeys are given out for at most 400 days',
})

/** Times in seconds since 1970. */
export interface Identity {
  readonly controller: Hex
  /** Of the head event; the inception is event 0. */
  readonly sequence: bigint
  /** How often control has passed on: signed requests name it. */
  readonly controlEpoch: bigint
  readonly deactivated: boolean
  /** Hash of the head event. */
  readonly head: Hex
  /** Who may accept control. */
  readonly offeredTo: Hex | undefined
  readonly anchoredAt: bigint
  readonly anchoredHeight: bigint
}

/** Throws `NODE_IDENTITY_UNKNOWN`. */
export async function identityOf(rpc: RpcClient, id: Hex): Promise<Identity> {
  const found = await didRegistry.ask<Identity & { readonly offeredTo: Hex }>(rpc, 'identityOf', [
    id,
  ])
  if (found.controller !== zeroAddress) {
    return { ...found, offeredTo: found.offeredTo === zeroAddress ? undefined : found.offeredTo }
  }
  throw new Fault(
    { code: 'NODE_IDENTITY_UNKNOWN', id },
    'its log may be valid and was never anchored on this network: pars did anchor --inception does that',
  )
}

/** Of an account (20 bytes) or an identity (32). */
export interface Prekeys {
  /** The account, or who controlled the identity then. */
  readonly publisher: Hex
  /** 0: nothing was ever published. */
  readonly epoch: bigint
  /** How many bundles the root is over. */
  readonly count: bigint
  /** Zero: none are given out. */
  readonly root: Hex
  /** Seconds since 1970. */
  readonly publishedAt: bigint
  /** The last second at which they are given out. */
  readonly expiry: bigint
}

export function prekeysOf(rpc: RpcClient, of: Hex): Promise<Prekeys> {
  return keyDirectory.ask(rpc, isAccount(of) ? 'entryOf' : 'entryOfIdentity', [of])
}

export interface Publication {
  /** The identity; the account that sends it where there is none. */
  readonly identity: Hex | undefined
  /** The next one unless given. */
  readonly epoch: bigint | undefined
  readonly root: Hex
  readonly count: bigint
  /** For which they are given out. */
  readonly seconds: bigint
}

export async function publishCall(
  rpc: RpcClient,
  account: Hex,
  { identity, epoch, root, count, seconds }: Publication,
): Promise<Call> {
  const [{ epoch: last }, now] = await Promise.all([
    prekeysOf(rpc, identity ?? account),
    headTime(rpc),
  ])
  const args = [epoch ?? last + 1n, root, count, now + seconds]
  if (identity === undefined) return keyDirectory.call('publish', args)
  return keyDirectory.call('publishFor', [identity, ...args])
}

function isAccount(text: Hex): boolean {
  return text.length === 42
}
