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

import { Fault, hex, type Hex, quantity, unhex, utf8 } from '#base'

import { Account, type AccountOptions, type TransactionFields } from '../account.ts'
import { isGiven, refuseForeign, required } from '../fields.ts'
import { type Key, keyFields } from '../keys.ts'
import { type Ask, KeyStanding, NetworkCheck } from '../standing.ts'

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
  readonly #network: NetworkCheck
  readonly #standing: KeyStanding

  /** Throws `SDK_NETWORK_ID` and `SDK_ADDRESS`. */
  constructor(key: Key, options: AccountOptions, provider: JsonRpcApiProvider | null = null) {
    super(provider)
    this.#account = new Account(key, options)
    this.#options = options
    const { address, isRegistered, networkId } = this.#account
    this.#network = new NetworkCheck(networkId)
    this.#standing = new KeyStanding({ address, isRegistered, keyHash: hex(key.keyHash) })
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
    const isRegistered = await this.#standing.isRegistered(askOf(provider))
    const key = isRegistered ? {} : keyFields(this.#account.key.engine)
    return getBigInt(await provider.send('eth_estimateGas', [{ ...call, ...lane, ...key }]))
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
    const ask = askOf(provider)
    await this.#network.confirm(ask)
    const isRegistered = await this.#standing.isRegistered(ask)
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

function askOf(provider: JsonRpcApiProvider): Ask {
  return (method, ...params) => provider.send(method, [...params])
}

function fieldsOf(request: ParsTransactionRequest | Populated): Omit<TransactionFields, 'to'> {
  refuseForeign(request)
  const { data, accessList, nonceKey, validUntil, isRegistered } = request
  const fees = request.gasPrice
  const number = (field: NumberField) => getBigInt(required(request[field], field))
  return {
    chainId: number('chainId'),
    nonce: number('nonce'),
    gasLimit: number('gasLimit'),
    maxFeePerGas: isGiven(fees) ? getBigInt(fees) : number('maxFeePerGas'),
    maxPriorityFeePerGas: isGiven(fees) ? getBigInt(fees) : number('maxPriorityFeePerGas'),
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
