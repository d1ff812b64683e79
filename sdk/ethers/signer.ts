import {
  AbstractSigner,
  accessListify,
  getBigInt,
  type JsonRpcApiProvider,
  resolveAddress,
  type TransactionLike,
  type TransactionRequest,
  type TransactionResponse,
  TypedDataEncoder,
  type TypedDataDomain,
  type TypedDataField,
} from 'ethers'

import { Fault, hex, type Hex, unhex, utf8 } from '#base'

import { Account, type AccountOptions, type TransactionFields } from '../account.ts'
import type { Key } from '../keys.ts'
import { isKeyRegistered, registeredKeyCall } from '../registration.ts'

/** A request of ethers, with what type 0x50 adds. */
export interface ParsTransactionRequest extends TransactionRequest {
  /** The lane that the nonce counts in; 0, the account's own nonce, unless given. */
  readonly nonceKey?: bigint
  /** Seconds: the last block timestamp at which it may take effect; 0 is without end. */
  readonly validUntil?: bigint
  /** Whether the key is sent as its hash; sendTransaction asks the registry. */
  readonly isRegistered?: boolean
}

type Populated = TransactionLike &
  Pick<ParsTransactionRequest, 'isRegistered' | 'nonceKey' | 'validUntil'>

/**
 * An account whose transactions and messages ML-DSA signs. Before its first transaction it asks the
 * node for its network id and refuses to send to another network (`SDK_NETWORK_MISMATCH`).
 */
export class ParsSigner extends AbstractSigner<JsonRpcApiProvider | null> {
  readonly #account: Account
  readonly #options: AccountOptions
  #confirmed: Promise<void> | undefined
  #isRegistered: boolean

  /** Throws `SDK_NETWORK_ID` and `SDK_ADDRESS`. */
  constructor(key: Key, options: AccountOptions, provider: JsonRpcApiProvider | null = null) {
    super(provider)
    this.#account = new Account(key, options)
    this.#options = options
    this.#isRegistered = this.#account.isRegistered
  }

  async getAddress(): Promise<string> {
    return this.#account.address
  }

  connect(provider: JsonRpcApiProvider | null): ParsSigner {
    return new ParsSigner(this.#account.key, this.#options, provider)
  }

  /** ethers drops the fields that it does not know; the node's answer depends on them. */
  override async estimateGas(request: ParsTransactionRequest): Promise<bigint> {
    const provider = this.#provider()
    const { nonceKey } = request
    const { chainId: _, ...populated } = await this.populateCall(request)
    const call = provider.getRpcTransaction(populated)
    const lane = nonceKey === undefined ? {} : { nonceKey: quantity(nonceKey) }
    const pqAlgorithm = quantity(this.#account.key.engine.algorithm)
    return getBigInt(await provider.send('eth_estimateGas', [{ ...call, ...lane, pqAlgorithm }]))
  }

  override async populateTransaction(request: ParsTransactionRequest): Promise<Populated> {
    const { nonceKey = 0n, validUntil = 0n } = request
    const nonce = request.nonce ?? (await this.#nextNonce(nonceKey))
    const gasLimit = request.gasLimit ?? (await this.estimateGas({ ...request, nonce }))
    const populated = await super.populateTransaction({ ...request, nonce, gasLimit })
    return { ...populated, nonceKey, validUntil }
  }

  /** The encoding of a transaction whose fields are all given. */
  async signTransaction(request: ParsTransactionRequest | Populated): Promise<Hex> {
    const { from, to } = request
    if (isGiven(from)) this.#checkSender(await resolveAddress(from, this))
    const { wire } = await this.#account.signTransaction({
      ...fieldsOf(request),
      to: isGiven(to) ? ((await resolveAddress(to, this)) as Hex) : undefined,
    })
    return wire
  }

  /** ethers parses what it signs, and knows no type 0x50: the encoding goes out as it is. */
  override async sendTransaction(request: ParsTransactionRequest): Promise<TransactionResponse> {
    const provider = this.#provider()
    await this.#confirm(provider)
    const isRegistered = await this.#hasRegistered(provider)
    const populated = await this.populateTransaction(request)
    const wire = await this.signTransaction({ ...populated, isRegistered })
    const hash = (await provider.send('eth_sendRawTransaction', [wire])) as string
    const response = await provider.getTransaction(hash)
    if (response !== null) return response
    throw new Fault(
      { code: 'SDK_TRANSACTION_LOST', hash },
      'the node took the transaction and does not know it any more: send it again',
    )
  }

  signMessage(message: string | Uint8Array): Promise<Hex> {
    return this.#account.signMessage(typeof message === 'string' ? utf8(message) : message)
  }

  async signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<Hex> {
    return this.#account.signHash(unhex(TypedDataEncoder.hash(domain, types, value)))
  }

  #provider(): JsonRpcApiProvider {
    if (this.provider !== null) return this.provider
    throw new Fault({ code: 'SDK_PROVIDER_MISSING' }, 'connect the signer to a JsonRpcProvider')
  }

  /** A key that was found in the registry is not asked for again. */
  async #hasRegistered(provider: JsonRpcApiProvider): Promise<boolean> {
    const { address, key } = this.#account
    if (this.#isRegistered) return true
    const answer = await provider.send('eth_call', [registeredKeyCall(address), 'latest'])
    const keyHash = hex(key.keyHash)
    this.#isRegistered = isKeyRegistered(answer as string, { address, keyHash })
    return this.#isRegistered
  }

  #confirm(provider: JsonRpcApiProvider): Promise<void> {
    this.#confirmed ??= this.#compare(provider)
    // What failed is asked anew: the node may have been out of reach.
    this.#confirmed.catch(() => {
      this.#confirmed = undefined
    })
    return this.#confirmed
  }

  async #compare(provider: JsonRpcApiProvider): Promise<void> {
    const found = (await provider.send('pars_networkId', [])) as string
    const expected = this.#account.networkId
    if (found.toLowerCase() === expected) return
    throw new Fault(
      { code: 'SDK_NETWORK_MISMATCH', expected, found },
      'give ParsSigner the network id of the network that the node is on (pars_networkId)',
    )
  }

  #checkSender(from: string): void {
    const { address } = this.#account
    if (from.toLowerCase() === address) return
    throw new Fault(
      { code: 'SDK_SENDER', from, account: address },
      'leave `from` out, or take the signer of that account',
    )
  }

  /** Past the provider, which would repeat an answer of up to a quarter of a second ago. */
  async #nextNonce(nonceKey: bigint): Promise<number> {
    const params = [this.#account.address, quantity(nonceKey), 'pending']
    return Number(await this.#provider().send('pars_getNonce', params))
  }
}

function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

function fieldsOf(request: ParsTransactionRequest | Populated): Omit<TransactionFields, 'to'> {
  for (const field of ['blobs', 'authorizationList'] as const) {
    const value = request[field]
    if (value === undefined || value === null) continue
    throw new Fault(
      { code: 'SDK_FIELD_FOREIGN', field },
      'leave it out: type 0x50 has neither blobs nor authorisations',
    )
  }
  const { data, accessList, nonceKey, validUntil, isRegistered } = request
  const fees = request.gasPrice
  return {
    chainId: required(request, 'chainId'),
    nonce: required(request, 'nonce'),
    gasLimit: required(request, 'gasLimit'),
    maxFeePerGas: isGiven(fees) ? getBigInt(fees) : required(request, 'maxFeePerGas'),
    maxPriorityFeePerGas: isGiven(fees)
      ? getBigInt(fees)
      : required(request, 'maxPriorityFeePerGas'),
    value: isGiven(request.value) ? getBigInt(request.value) : undefined,
    data: isGiven(data) ? (data as Hex) : undefined,
    accessList: accessListify(accessList ?? []).map((entry) => ({
      address: entry.address as Hex,
      storageKeys: entry.storageKeys as Hex[],
    })),
    nonceKey,
    validUntil,
    isRegistered,
  }
}

type NumberField = 'chainId' | 'gasLimit' | 'maxFeePerGas' | 'maxPriorityFeePerGas' | 'nonce'

function required(request: ParsTransactionRequest | Populated, field: NumberField): bigint {
  const value = request[field]
  if (isGiven(value)) return getBigInt(value)
  throw new Fault(
    { code: 'SDK_FIELD_MISSING', field },
    'give it, or let populateTransaction fill it before signTransaction',
  )
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null
}
