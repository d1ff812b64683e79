import {
  type Chain,
  type Client,
  createClient,
  type Hex,
  numberToHex,
  type Transport,
  type TypedDataDefinition,
} from 'viem'
import { sendTransaction } from 'viem/actions'

import { limits } from '../limits.ts'
import { KeyStanding } from '../standing.ts'
import { isDomainOf } from '../typed-data.ts'
import { accountFields, type ParsLocalAccount } from '../viem/account.ts'
import { disconnected, type ProviderError, refusal, toProviderError } from './errors.ts'
import { Listeners } from './events.ts'
import {
  messageParameter,
  shownTransaction,
  snapshot,
  transactionParameter,
  typedDataParameter,
} from './parameters.ts'

/** What the person in front of the screen is asked. */
export interface WalletRequest {
  readonly method: string
  /**
   * Of eth_sendTransaction the one transaction that will be signed, with the fields that type 0x50 has
   * and under one name each; what the application left open the node is asked for. Otherwise as the
   * application gave them.
   */
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

/** What other wallets sign by, and this one does not; never a matter for the node. */
const signingMethods = /^(?:eth_sign|personal_)/

/**
 * Signs for applications with an account of the SDK and hands everything else to the node. Signs
 * personal messages and typed data under `pars-712-v1` alone, and never a bare hash.
 *
 * @see EIP-1193
 */
export class ParsProvider {
  readonly #options: ProviderOptions
  readonly #client: Client<Transport, Chain, ParsLocalAccount>
  readonly #standing: KeyStanding
  readonly #listeners = new Listeners()
  #isConnected = false
  /** Undefined before the first answer of the node. */
  #isReachable: boolean | undefined
  #approvals = 0
  #sent: Promise<unknown> = Promise.resolve()

  constructor(options: ProviderOptions) {
    const { account, chain, transport } = options
    this.#options = options
    this.#client = createClient({ account, chain, transport })
    this.#standing = new KeyStanding(account)
  }

  /** Rejects with an error of EIP-1193, or with that of the node. */
  async request({ method, params = [] }: { method: string; params?: unknown }): Promise<unknown> {
    const given = snapshot(params)
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
      case 'eth_estimateGas':
        return this.#estimate(given)
    }
    if (signingMethods.test(method)) {
      throw refusal(
        { code: 'SDK_WALLET_UNSUPPORTED', method },
        'use personal_sign, eth_signTypedData_v4 or eth_sendTransaction',
      )
    }
    if (!method.startsWith('wallet_')) return this.#ask({ method, params: given })
    throw refusal({ code: 'SDK_WALLET_METHOD', method }, 'this wallet has no such method')
  }

  /** `accountsChanged`, `connect` and `disconnect`; `chainChanged` never comes. */
  on(event: string, listener: (...facts: unknown[]) => void): this {
    this.#listeners.add(event, listener)
    return this
  }

  removeListener(event: string, listener: (...facts: unknown[]) => void): this {
    this.#listeners.remove(event, listener)
    return this
  }

  async #connect(): Promise<readonly Hex[]> {
    const accounts = [this.#options.account.address]
    if (this.#isConnected) return accounts
    await this.#approve('eth_requestAccounts', [])
    this.#isConnected = true
    this.#listeners.emit('accountsChanged', accounts)
    return accounts
  }

  #switch(wanted: unknown): null {
    const own = numberToHex(this.#options.chain.id)
    const chainId =
      typeof wanted === 'object' && wanted !== null && 'chainId' in wanted
        ? wanted.chainId
        : undefined
    if (chainId === own) return null
    throw refusal({ code: 'SDK_WALLET_CHAIN', wanted: chainId, own }, 'this wallet has one network')
  }

  async #signMessage(params: readonly unknown[]): Promise<Hex> {
    const raw = messageParameter(params[0])
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
    const given = transactionParameter(params[0])
    const { from, chainId, ...request } = given
    this.#checkAccount(from)
    if (chainId !== undefined) this.#switch({ chainId })
    await this.#approve('eth_sendTransaction', [shownTransaction(given)])
    // One after the other: the node tells the next nonce by what it has got.
    const sent = this.#sent.then(() => this.#reached(() => sendTransaction(this.#client, request)))
    this.#sent = sent.catch(() => undefined)
    return sent
  }

  #ask(call: { readonly method: string; readonly params: readonly unknown[] }): Promise<unknown> {
    return this.#reached(() => this.#client.request(call as never))
  }

  /** The node cannot know a key that is not registered. */
  async #estimate([call, ...rest]: readonly unknown[]): Promise<unknown> {
    const isOwn = this.#isOwnCall(call)
    const isUnknown = isOwn && !(await this.#reached(() => this.#isRegistered()))
    const told = isUnknown ? { ...accountFields(this.#options.account), ...call } : call
    return this.#ask({ method: 'eth_estimateGas', params: [told, ...rest] })
  }

  #isOwnCall(call: unknown): call is object {
    if (typeof call !== 'object' || call === null) return false
    const { address } = this.#options.account
    return !('from' in call) || String(call.from).toLowerCase() === address
  }

  #isRegistered(): Promise<boolean> {
    return this.#standing.isRegistered((method, ...params) =>
      this.#client.request({ method, params } as never),
    )
  }

  async #reached<Result>(ask: () => Promise<Result>): Promise<Result> {
    try {
      const answer = await ask()
      this.#setReachable(true)
      return answer
    } catch (cause) {
      const error = toProviderError(cause)
      this.#setReachable(error.code !== disconnected, error)
      throw error
    }
  }

  #setReachable(isReachable: boolean, error?: ProviderError): void {
    if (this.#isReachable === isReachable) return
    this.#isReachable = isReachable
    const chainId = numberToHex(this.#options.chain.id)
    if (isReachable) this.#listeners.emit('connect', { chainId })
    else this.#listeners.emit('disconnect', error)
  }

  #checkDomain(domain: TypedDataDefinition['domain'] = {}): void {
    const { id } = this.#options.chain
    if (isDomainOf(domain, BigInt(id))) return
    throw refusal(
      { code: 'SDK_WALLET_CHAIN', wanted: domain.chainId, own: id },
      'sign typed data for the network of this wallet',
    )
  }

  #checkAccount(address: unknown): void {
    const own = this.#options.account.address
    const isOwn = typeof address === 'string' && address.toLowerCase() === own
    if (this.#isConnected && isOwn) return
    throw refusal(
      { code: 'SDK_WALLET_UNAUTHORIZED', address },
      'ask for eth_requestAccounts first, and sign with the account that it answers',
    )
  }

  async #approve(method: string, params: readonly unknown[]): Promise<void> {
    if (this.#approvals >= limits.approvals.value) {
      throw refusal(
        { code: 'SDK_WALLET_BUSY', most: limits.approvals.value },
        'wait until the person at the wallet has answered',
      )
    }
    this.#approvals++
    try {
      if (await this.#options.approve({ method, params })) return
    } finally {
      this.#approvals--
    }
    throw refusal({ code: 'SDK_WALLET_REJECTED', method }, 'the person at the wallet said no')
  }
}
