import { keccak_256 } from '@noble/hashes/sha3.js'

import { empty, Fault, hex, type Hex, unhex } from '#base'
import {
  checkStatic,
  contexts,
  encodeTransaction,
  foreignMessage,
  personalMessagePreimage,
  signingPayload,
  type UnsignedTransaction,
} from '#protocol'

import type { Key } from './keys.ts'

export interface AccountOptions {
  /** G, 32 bytes: the hash of the network's genesis. Every signature holds for this network alone. */
  readonly networkId: Hex
  /**
   * The account has registered this key, so transactions carry its hash of 32 bytes in its place.
   * The clients for viem and ethers ask the network unless this is true.
   */
  readonly isRegistered?: boolean
  /** The account, if the key came into it by rotation or recovery: the key's own unless given. */
  readonly address?: Hex
}

/** What the author of a transaction decides. */
export interface TransactionFields {
  readonly chainId: bigint
  readonly nonce: bigint
  readonly gasLimit: bigint
  /** Wei. */
  readonly maxFeePerGas: bigint
  /** Wei. */
  readonly maxPriorityFeePerGas: bigint
  /** None creates a contract. */
  readonly to?: Hex | undefined
  /** Wei; 0 unless given. */
  readonly value?: bigint | undefined
  readonly data?: Hex | undefined
  readonly accessList?: readonly AccessListEntry[] | undefined
  /** The lane that `nonce` counts in; 0, the account's own nonce, unless given. */
  readonly nonceKey?: bigint | undefined
  /** Seconds: the last block timestamp at which it may take effect; 0, without end, unless given. */
  readonly validUntil?: bigint | undefined
  /** Whether the key is sent as its hash: as of the account unless given. */
  readonly isRegistered?: boolean | undefined
}

/** @see EIP-2930 */
export interface AccessListEntry {
  readonly address: Hex
  readonly storageKeys: readonly Hex[]
}

export interface SignedTransaction {
  /** What the network calls the transaction, known before it is sent. */
  readonly hash: Hex
  /** For `eth_sendRawTransaction`. */
  readonly wire: Hex
}

/** One key on one network. */
export class Account {
  readonly key: Key
  readonly networkId: Hex
  readonly address: Hex
  readonly isRegistered: boolean
  readonly #networkId: Uint8Array

  /** Throws `SDK_NETWORK_ID` and `SDK_ADDRESS`. */
  constructor(
    key: Key,
    { networkId, isRegistered = false, address = key.address }: AccountOptions,
  ) {
    this.key = key
    this.address = checkedAddress(address, key, isRegistered)
    this.isRegistered = isRegistered
    this.#networkId = checkedNetworkId(networkId)
    this.networkId = hex(this.#networkId)
  }

  /**
   * Builds and signs a transaction of type 0x50. Throws a Fault whose code starts with `TX_` for what
   * the network would refuse by the bytes alone, such as too little gas for the signature.
   */
  async signTransaction(fields: TransactionFields): Promise<SignedTransaction> {
    const unsigned = this.#unsigned(fields)
    const payload = signingPayload(unsigned, this.#networkId)
    checkStatic(unsigned, { chainId: fields.chainId })
    const hash = keccak_256(payload)
    const signature = await this.key.engine.sign(hash, contexts.transaction)
    return { hash: hex(hash), wire: hex(encodeTransaction({ ...unsigned, signature })) }
  }

  /** Signs a personal message. @see EIP-191 */
  signMessage(message: Uint8Array): Promise<Hex> {
    return this.signHash(keccak_256(personalMessagePreimage(message)))
  }

  /**
   * Signs what `accounts.verify` checks: G ‖ hash under `pars-712-v1`. For EIP-712, the hash of the
   * typed data. Whatever `hash` is, the signature is never one of a transaction or of a key change.
   */
  async signHash(hash: Uint8Array): Promise<Hex> {
    const message = foreignMessage(this.#networkId, hash)
    return hex(await this.key.engine.sign(message, contexts.foreign))
  }

  #unsigned(fields: TransactionFields): UnsignedTransaction {
    const { engine, keyHash } = this.key
    return {
      chainId: fields.chainId,
      nonceKey: fields.nonceKey ?? 0n,
      nonce: fields.nonce,
      validUntil: fields.validUntil ?? 0n,
      maxPriorityFeePerGas: fields.maxPriorityFeePerGas,
      maxFeePerGas: fields.maxFeePerGas,
      gasLimit: fields.gasLimit,
      to: fields.to === undefined ? empty : unhex(fields.to),
      value: fields.value ?? 0n,
      data: unhex(fields.data ?? '0x'),
      accessList: (fields.accessList ?? []).map(({ address, storageKeys }) => [
        unhex(address),
        storageKeys.map((slot) => unhex(slot)),
      ]),
      sender: unhex(this.address),
      algorithm: engine.algorithm,
      key: (fields.isRegistered ?? this.isRegistered) ? keyHash : engine.publicKey,
    }
  }
}

function checkedNetworkId(networkId: Hex): Uint8Array {
  const bytes = unhex(networkId)
  if (bytes.length === 32) return bytes
  throw new Fault(
    { code: 'SDK_NETWORK_ID', bytes: bytes.length, expected: 32 },
    'give the genesis hash of the network: pars_networkId of a node that you trust',
  )
}

function checkedAddress(address: Hex, key: Key, isRegistered: boolean): Hex {
  const bytes = unhex(address)
  if (bytes.length === 20 && (isRegistered || hex(bytes) === key.address)) return hex(bytes)
  throw new Fault(
    { code: 'SDK_ADDRESS', address, ofKey: key.address },
    'set isRegistered: a key speaks for an address that is not its own only once it is registered',
  )
}
