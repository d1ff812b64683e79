/** The recovery of an account's key, as the registry at 0x0606 keeps it. @see PIP-0002 */
import { Fault, hex, type Hex, toBigInt, unhex } from '#base'
import { keccak256, type SigningKey } from '#crypto'
import { contexts, recoverPreimage, systemAddresses } from '#protocol'
import { keyOf, proofOfPossession } from '#sdk'

import { encodeCall } from './abi.ts'
import { bytesIn, fieldsIn, quantityIn, type RpcClient } from './rpc-client.ts'
import { accountsWord, engineOf } from './wallet.ts'

/** Times in seconds. */
export interface Recovery {
  /** Of the key that can start one; undefined when recovery is not set up. */
  readonly keyHash: Uint8Array | undefined
  /** Doubled by each cancel in a row. */
  readonly delay: bigint
  readonly cancels: bigint
  readonly pending: { readonly keyHash: Uint8Array; readonly due: bigint } | undefined
  /** The setting that holds from `due` on. */
  readonly next:
    | { readonly keyHash: Uint8Array | undefined; readonly delay: bigint; readonly due: bigint }
    | undefined
  /** The head's timestamp. */
  readonly now: bigint
}

/** Throws what `RpcClient` throws. */
export async function recoveryOf(rpc: RpcClient, account: Uint8Array): Promise<Recovery> {
  const [answer, block] = await rpc.askAll(
    ['eth_call', toRegistry(encodeCall('recoveryOf(address)', account)), 'latest'],
    ['eth_getBlockByNumber', 'latest', false],
  )
  const words = bytesIn(answer, 8 * 32)
  const word = (index: number): Uint8Array => words.subarray(index * 32, index * 32 + 32)
  const number = (index: number): bigint => toBigInt(word(index))
  const hashAt = (index: number): Uint8Array | undefined =>
    number(index) === 0n ? undefined : word(index)
  const pendingHash = hashAt(3)
  const { timestamp } = fieldsIn(block)
  return {
    keyHash: hashAt(0),
    delay: number(1),
    cancels: number(2),
    pending: pendingHash && { keyHash: pendingHash, due: number(4) },
    next: number(7) === 0n ? undefined : { keyHash: hashAt(5), delay: number(6), due: number(7) },
    now: quantityIn(timestamp),
  }
}

interface RegistryCall {
  readonly to: Hex
  readonly data: Hex
}

/** `undefined` removes the recovery key. */
export function setRecoveryCall(keyHash: Uint8Array | undefined, delay: bigint): RegistryCall {
  return toRegistry(encodeCall('setRecovery(bytes32,uint64)', keyHash ?? 0n, delay))
}

export function cancelRecoveryCall(): RegistryCall {
  return toRegistry(encodeCall('cancelRecovery()'))
}

export function finishRecoveryCall(account: Uint8Array): RegistryCall {
  return toRegistry(encodeCall('finishRecovery(address)', account))
}

export interface Rotation {
  readonly account: Uint8Array
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  readonly newKey: SigningKey
  /** How often the account's key has changed. */
  readonly changes: bigint
}

/** Takes `newKey` in place of the key that signs this call: the new one proves that it is held. */
export async function rotateCall(rotation: Rotation): Promise<RegistryCall> {
  const { algorithm, publicKey } = rotation.newKey
  return toRegistry(
    encodeCall(
      'rotate(uint8,bytes,bytes)',
      BigInt(algorithm),
      { bytes: publicKey },
      { bytes: await proofOf(rotation) },
    ),
  )
}

/** The new key's, for this change of this account on this network. */
async function proofOf({ account, networkId, newKey, changes }: Rotation): Promise<Uint8Array> {
  const change = { networkId: hex(networkId), account: hex(account), changes }
  return unhex(await proofOfPossession(keyOf(engineOf(newKey)), change))
}

export interface StartedRecovery {
  readonly account: Uint8Array
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  readonly newKey: SigningKey
  readonly recoveryKey: SigningKey
}

/** Signed by both keys for the account's next change. */
export async function startRecoveryCall(
  { account, networkId, newKey, recoveryKey }: StartedRecovery,
  rpc: RpcClient,
): Promise<RegistryCall> {
  const changes = toBigInt(await accountsWord(rpc, 'changesOf', account))
  const { keyHash: newKeyHash } = keyOf(engineOf(newKey))
  const preimage = recoverPreimage({ networkId, account, changes, newKeyHash })
  const signature = await recoveryKey.signAsync(keccak256(preimage), contexts.key)
  return toRegistry(
    encodeCall(
      'startRecovery(address,uint8,bytes,bytes,uint8,bytes,bytes)',
      account,
      BigInt(newKey.algorithm),
      { bytes: newKey.publicKey },
      { bytes: await proofOf({ account, networkId, newKey, changes }) },
      BigInt(recoveryKey.algorithm),
      { bytes: recoveryKey.publicKey },
      { bytes: signature },
    ),
  )
}

/** The recovery under way. Throws `NODE_RECOVERY_NONE`. */
export function pendingOf(
  { pending }: Recovery,
  account: Uint8Array,
): NonNullable<Recovery['pending']> {
  if (pending !== undefined) return pending
  throw new Fault(
    { code: 'NODE_RECOVERY_NONE', account: hex(account) },
    'no recovery is under way: pars account recovery start begins one',
  )
}

/** The key that may start one now. Throws `NODE_RECOVERY_NONE` and `NODE_RECOVERY_UNDER_WAY`. */
export function recoveryKeyOf({ keyHash, pending }: Recovery, account: Uint8Array): Uint8Array {
  if (pending !== undefined) {
    throw new Fault(
      { code: 'NODE_RECOVERY_UNDER_WAY', account: hex(account), due: timeOf(pending.due) },
      'finish it once it is due, or cancel it before',
    )
  }
  if (keyHash !== undefined) return keyHash
  throw new Fault(
    { code: 'NODE_RECOVERY_NONE', account: hex(account) },
    'the account names no recovery key, and only its own key could: it cannot be recovered',
  )
}

/** Of a block, for people. */
export function timeOf(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000', '')
}

function toRegistry(data: Uint8Array): RegistryCall {
  return { to: hex(systemAddresses.accounts), data: hex(data) }
}
