import {
  type Chain,
  createWalletClient,
  type Hex,
  numberToHex,
  type Transport,
  type TypedDataDefinition,
  type WalletClient,
} from 'viem'

import type { ParsLocalAccount } from '../viem/account.ts'
import { ProviderError } from './errors.ts'
import { bytesParameter, transactionParameter, typedDataParameter } from './parameters.ts'

/** What the person in front of the screen is asked. */
export interface WalletRequest {
  readonly method: string
  readonly params: readonly unknown[]
}

export interface ProviderOptions {
  readonly account: ParsLocalAccount
  /** Of `parsChain`. */
  readonly chain: Chain
  readonly transport: Transport
  /** Asked before the account is shown and before every signature; false refuses. */
  readonly approve: (request: WalletRequest) => Promise<boolean>
}

type Listener = (...facts: unknown[]) => void

/**
 * Signs for applications with an account of the SDK and hands everything else to the node. Signs
 * personal messages and typed data under `pars-712-v1` alone, and never a bare hash.
 *
 * @see EIP-1193
 */
export class ParsProvider {
  readonly #options: ProviderOptions
  readonly #client: WalletClient<Transport, Chain, ParsLocalAccount>
  readonly #listeners = new Map<string, Set<Listener>>()
  #isConnected = false

  constructor(options: ProviderOptions) {
    const { account, chain, transport } = options
    this.#options = options
    this.#client = createWalletClient({ account, chain, transport })
  }

  /** Rejects with an error of EIP-1193, or with that of the node. */
  async request({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> {
    const given: readonly unknown[] = Array.isArray(params) ? params : [params]
    const { account, chain } = this.#options
    switch (method) {
      case 'eth_chainId':
        return numberToHex(chain.id)
      case 'eth_accounts':
        return this.#isConnected ? [account.address] : []
      case 'eth_requestAccounts':
        return this.#connect()
      case 'wallet_switchEthereumChain':
        return this.#switch(given[0])
      case 'personal_sign':
        return this.#signMessage(given)
      case 'eth_signTypedData_v4':
        return this.#signTypedData(given)
      case 'eth_sendTransaction':
        return this.#send(given)
      case 'eth_sign':
      case 'eth_signTransaction':
        throw new ProviderError(
          { code: 'SDK_WALLET_UNSUPPORTED', method },
          'use personal_sign, eth_signTypedData_v4 or eth_sendTransaction',
        )
      default:
        return this.#client.request({ method, params: given } as never)
    }
  }

  on(event: string, listener: Listener): this {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners.add(listener))
    return this
  }

  removeListener(event: string, listener: Listener): this {
    this.#listeners.get(event)?.delete(listener)
    return this
  }

  async #connect(): Promise<readonly Hex[]> {
    const accounts = [this.#options.account.address]
    if (this.#isConnected) return accounts
    await this.#approve('eth_requestAccounts', [])
    this.#isConnected = true
    for (const listener of this.#listeners.get('accountsChanged') ?? []) listener(accounts)
    return accounts
  }

  #switch(wanted: unknown): null {
    const own = numberToHex(this.#options.chain.id)
    const chainId =
      typeof wanted === 'object' && wanted !== null && 'chainId' in wanted
        ? wanted.chainId
        : undefined
    if (chainId === own) return null
    throw new ProviderError(
      { code: 'SDK_WALLET_CHAIN', wanted: chainId, own },
      'this wallet has one network',
    )
  }

  async #signMessage(params: readonly unknown[]): Promise<Hex> {
    const raw = bytesParameter(params[0])
    this.#checkAccount(params[1])
    await this.#approve('personal_sign', params)
    return this.#options.account.signMessage({ message: { raw } })
  }

  async #signTypedData(params: readonly unknown[]): Promise<Hex> {
    this.#checkAccount(params[0])
    const definition: TypedDataDefinition = typedDataParameter(params[1])
    this.#checkDomain(definition.domain)
    await this.#approve('eth_signTypedData_v4', params)
    return this.#options.account.signTypedData(definition)
  }

  async #send(params: readonly unknown[]): Promise<Hex> {
    const { from, chainId, ...request } = transactionParameter(params[0])
    this.#checkAccount(from)
    if (chainId !== undefined) this.#switch({ chainId })
    await this.#approve('eth_sendTransaction', params)
    return this.#client.sendTransaction(request)
  }

  /** @see EIP-712, "Definition of domainSeparator" */
  #checkDomain(domain: TypedDataDefinition['domain']): void {
    const { chainId } = domain as { readonly chainId?: number | bigint | string }
    if (chainId === undefined) return
    const { id } = this.#options.chain
    if (String(chainId) === String(id) || String(chainId) === numberToHex(id)) return
    throw new ProviderError(
      { code: 'SDK_WALLET_CHAIN', wanted: chainId, own: id },
      'sign typed data for the network of this wallet',
    )
  }

  #checkAccount(address: unknown): void {
    const own = this.#options.account.address
    const isOwn = typeof address === 'string' && address.toLowerCase() === own
    if (this.#isConnected && isOwn) return
    throw new ProviderError(
      { code: 'SDK_WALLET_UNAUTHORIZED', address },
      'ask for eth_requestAccounts first, and sign with the account that it answers',
    )
  }

  async #approve(method: string, params: readonly unknown[]): Promise<void> {
    if (await this.#options.approve({ method, params })) return
    throw new ProviderError(
      { code: 'SDK_WALLET_REJECTED', method },
      'the person at the wallet said no',
    )
  }
}
