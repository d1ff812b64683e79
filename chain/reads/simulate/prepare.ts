/** A request as a transaction of its block, or the reason why that block could not have it. */
import { Address } from '@ethereumjs/util'

import { empty, Fault, hex } from '#base'
import type { EnvelopeKey } from '#precompiles'

import type { CallRequest, SimulatedTransaction } from '../../call-port.ts'
import type { Header } from '../../port.ts'
import type { ChainProfile } from '../../profile.ts'
import type { State } from '../../state/index.ts'

export interface Prepared {
  readonly transaction: SimulatedTransaction
  readonly wire: Uint8Array
  /** What plugins see of it: the key that the request named. */
  readonly envelopeKey: EnvelopeKey | undefined
  /** Nobody pays for gas: fees are not looked at. */
  readonly isFree: boolean
  /** Before execution, and at least in all. */
  readonly intrinsic: bigint
  readonly floor: bigint
}

export interface PrepareInit {
  readonly profile: ChainProfile
  readonly state: State
  readonly header: Pick<Header, 'number' | 'timestamp' | 'gasLimit' | 'baseFeePerGas'>
  readonly validation: boolean
  /** What the block has used so far. */
  readonly gasUsed: bigint
  /** What the whole simulation may still use. */
  readonly gasLeft: bigint
}

const nonceRoom = 1n << 64n

/** VERSIONED_HASH_VERSION_KZG of EIP-4844. */
const kzgVersion = 1

/**
 * Fills in what `request` leaves open. Throws `READ_SIMULATION_GAS`, and `READ_SIMULATION_BLOB_HASH` and
 * `READ_SIMULATION_CREATION` for what no block could have.
 */
export async function prepare(request: CallRequest, init: PrepareInit): Promise<Prepared> {
  const { profile, state, header, validation, gasUsed, gasLeft } = init
  checkForm(request)
  const { from = new Uint8Array(20) } = request
  const nonceKey = request.nonceKey ?? 0n
  const room = header.gasLimit - gasUsed
  const wanted = request.gas ?? room
  if (wanted > room) {
    throw new Fault(
      { code: 'READ_SIMULATION_GAS', gas: wanted, room },
      `block gas limit reached: ${gasUsed + wanted} > ${header.gasLimit}`,
    )
  }
  const maxFeePerGas = request.gasPrice ?? request.maxFeePerGas ?? 0n
  const maxPriorityFeePerGas = request.gasPrice ?? request.maxPriorityFeePerGas ?? 0n
  const namesPrice = maxFeePerGas > 0n || maxPriorityFeePerGas > 0n
  const key = await profile.envelopeKey?.(request, {
    key: (keyHash) => state.keys.get(keyHash),
    storage: (address, slot) => state.getStorage(new Address(address), slot),
  })
  const unnamed = {
    from,
    to: request.to,
    nonce: request.nonce ?? (await nextNonce(init, from, nonceKey)),
    gas: wanted < gasLeft ? wanted : gasLeft,
    maxFeePerGas,
    maxPriorityFeePerGas,
    effectiveGasPrice: namesPrice ? effectivePrice(maxFeePerGas, maxPriorityFeePerGas, header) : 0n,
    value: request.value ?? 0n,
    data: request.data ?? empty,
    accessList: request.accessList ?? [],
    nonceKey,
    algorithm: key?.algorithm ?? request.algorithm ?? profile.simulation.defaultAlgorithm,
    authorizations: request.authorizations ?? [],
    blobs:
      request.blobVersionedHashes === undefined
        ? undefined
        : { maxFeePerGas: request.maxFeePerBlobGas ?? 0n, hashes: request.blobVersionedHashes },
  }
  const { wire, type, hash } = profile.simulation.encode(unnamed, request, header)
  const transaction = { ...unnamed, type, hash }
  return {
    transaction,
    wire,
    isFree: !validation && !namesPrice,
    envelopeKey: request.publicKey === undefined ? undefined : key,
    ...profile.intrinsicGas(request, header, key),
  }
}

/** @see EIP-4844, "Execution layer validation"; EIP-7702 */
function checkForm({ to, blobVersionedHashes = [], authorizations = [] }: CallRequest): void {
  if (to === undefined && blobVersionedHashes.length > 0) {
    throw new Fault(
      { code: 'READ_SIMULATION_CREATION', field: 'blobVersionedHashes' },
      'blob transaction of type create: name `to`',
    )
  }
  if (to === undefined && authorizations.length > 0) {
    throw new Fault(
      { code: 'READ_SIMULATION_CREATION', field: 'authorizationList' },
      'EIP-7702 transaction cannot be used to create contract: name `to`',
    )
  }
  const position = blobVersionedHashes.findIndex(([version]) => version !== kzgVersion)
  if (position >= 0) {
    throw new Fault(
      { code: 'READ_SIMULATION_BLOB_HASH', position },
      `blob ${position} has invalid hash version: the first byte of its hash is 0x01`,
    )
  }
}

async function nextNonce(
  { state, profile }: PrepareInit,
  from: Uint8Array,
  nonceKey: bigint,
): Promise<bigint> {
  const { lanes } = profile.simulation
  if (nonceKey > 0n && lanes !== undefined) return lanes.next(state, from, nonceKey)
  return (await state.getAccount(new Address(from)))?.nonce ?? 0n
}

function effectivePrice(
  maxFee: bigint,
  maxTip: bigint,
  { baseFeePerGas = 0n }: Pick<Header, 'baseFeePerGas'>,
): bigint {
  const price = baseFeePerGas + maxTip
  return price < maxFee ? price : maxFee
}

/**
 * What a block demands of a transaction, in the order in which Ethereum's nodes ask. Without
 * `validation` nonces are as they come.
 */
export async function check(
  { transaction, isFree, intrinsic, floor }: Prepared,
  init: PrepareInit,
  blobBaseFee: bigint,
): Promise<void> {
  const { state, header, validation } = init
  const { from, nonce, nonceKey, gas, maxFeePerGas, value, blobs } = transaction
  const account = await state.getAccount(new Address(from))
  if (validation) checkNonce(transaction, await nextNonce(init, from, nonceKey))
  if (!isFree) checkFees(transaction, header.baseFeePerGas ?? 0n)
  if (blobs !== undefined && (validation || blobs.maxFeePerGas > 0n)) {
    if (blobs.maxFeePerGas < blobBaseFee) {
      throw new Fault(
        { code: 'READ_SIMULATION_BLOB_FEE', maxFeePerGas: blobs.maxFeePerGas, blobBaseFee },
        `max fee per blob gas less than block blob gas fee: address ${hex(from)}, blobGasFeeCap: ${blobs.maxFeePerGas}, blobBaseFee: ${blobBaseFee}`,
      )
    }
  }
  const balance = account?.balance ?? 0n
  const cost = gas * maxFeePerGas + value + blobGas(transaction) * (blobs?.maxFeePerGas ?? 0n)
  if (balance < cost) {
    throw new Fault(
      { code: 'READ_SIMULATION_UNFUNDED', from: hex(from), balance, cost, nonce },
      `insufficient funds for gas * price + value: address ${hex(from)} have ${balance} want ${cost}`,
    )
  }
  const required = intrinsic > floor ? intrinsic : floor
  if (gas < required) {
    throw new Fault(
      { code: 'READ_SIMULATION_INTRINSIC', gas, required },
      `intrinsic gas too low: have ${gas}, want ${required}`,
    )
  }
}

/** EIP-4844. */
export function blobGas({ blobs }: SimulatedTransaction): bigint {
  return 131_072n * BigInt(blobs?.hashes.length ?? 0)
}

function checkNonce({ from, nonce }: SimulatedTransaction, expected: bigint): void {
  if (nonce === expected && nonce + 1n < nonceRoom) return
  const facts = { from: hex(from), nonce, expected }
  if (nonce < expected) {
    throw new Fault(
      { code: 'READ_SIMULATION_NONCE_TOO_LOW', ...facts },
      `nonce too low: address ${hex(from)}, tx: ${nonce} state: ${expected}`,
    )
  }
  if (nonce > expected) {
    throw new Fault(
      { code: 'READ_SIMULATION_NONCE_TOO_HIGH', ...facts },
      `nonce too high: address ${hex(from)}, tx: ${nonce} state: ${expected}`,
    )
  }
  throw new Fault(
    { code: 'READ_SIMULATION_NONCE_MAX', ...facts },
    `nonce has max value: address ${hex(from)}, nonce: ${nonce}`,
  )
}

function checkFees(
  { from, maxFeePerGas, maxPriorityFeePerGas }: SimulatedTransaction,
  baseFee: bigint,
): void {
  if (maxFeePerGas < maxPriorityFeePerGas) {
    throw new Fault(
      { code: 'READ_SIMULATION_TIP', from: hex(from), maxFeePerGas, maxPriorityFeePerGas },
      `max priority fee per gas higher than max fee per gas: address ${hex(from)}`,
    )
  }
  if (maxFeePerGas < baseFee) throw feeTooLow(from, maxFeePerGas, baseFee)
}

function feeTooLow(from: Uint8Array, maxFeePerGas: bigint, baseFee: bigint): Fault {
  return new Fault(
    { code: 'READ_SIMULATION_FEE_TOO_LOW', from: hex(from), maxFeePerGas, baseFee },
    `max fee per gas less than block base fee: address ${hex(from)}, maxFeePerGas: ${maxFeePerGas}, baseFee: ${baseFee}`,
  )
}

/** The nonce after one transaction. It wraps where nobody checked it. */
export function nonceAfter(nonce: bigint): bigint {
  return (nonce + 1n) % nonceRoom
}
