import { Fault, hex, type Hex, isFault, type Log, unhex } from '#base'
import {
  AnsweredError,
  type AccountSigner,
  isErrorObject,
  type Sending,
  type SendRequest,
} from '#rpc'
import { type Engine, type TypedData, typedDataHash } from '#sdk'

import type { KeyFile } from '../keystore.ts'
import { isRefused, type RpcClient } from '../rpc-client.ts'
import { currentKey, type TransactionRequest, Wallet } from '../wallet.ts'
import { Lanes } from './lanes.ts'

/** A key that is open. */
export interface OpenKey extends KeyFile {
  readonly engine: Engine
}

export interface UnlockedOptions {
  /** One for each account. */
  readonly keys: readonly OpenKey[]
  readonly chainId: bigint
  readonly rpc: RpcClient
  readonly log: Log
}

/**
 * Signs with open keys. Before each signature the node is asked whether it is still of the network that
 * the key is kept for, and whether the key still speaks for its account.
 */
export class UnlockedAccounts implements AccountSigner {
  readonly chainId: bigint
  readonly #keys: ReadonlyMap<Hex, OpenKey>
  readonly #rpc: RpcClient
  readonly #log: Log
  readonly #lanes: Lanes
  /** The last sending of each account: the next one waits for it, so that both find their own nonce. */
  readonly #turns = new Map<Hex, Promise<unknown>>()

  constructor({ keys, chainId, rpc, log }: UnlockedOptions) {
    this.chainId = chainId
    this.#keys = new Map(keys.map((key) => [hex(key.keystore.address), key]))
    this.#rpc = rpc
    this.#log = log
    this.#lanes = new Lanes(rpc)
  }

  accounts(): readonly Uint8Array[] {
    return [...this.#keys.values()].map(({ keystore }) => keystore.address)
  }

  keyOf(account: Uint8Array): Promise<Engine | undefined> {
    return asAnswered(async () => {
      const { key, isRegistered } = (await this.#wallet(hex(account))).account
      return isRegistered ? undefined : key.engine
    })
  }

  async send(request: SendRequest, attempt: Sending): Promise<Uint8Array> {
    const account = hex(request.from)
    const turn = (this.#turns.get(account) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => asAnswered(() => this.#send(account, request, attempt)))
    this.#turns.set(account, turn)
    return unhex(await turn)
  }

  sign(request: SendRequest): Promise<Uint8Array> {
    return asAnswered(async () => {
      const account = hex(request.from)
      const wallet = await this.#wallet(account)
      const { hash, wire } = await wallet.sign(await this.#request(account, request))
      this.#log.info('signed a transaction, not sent', { account, hash })
      return unhex(wire)
    })
  }

  signMessage(account: Uint8Array, message: Uint8Array): Promise<Uint8Array> {
    return asAnswered(async () => {
      const wallet = await this.#wallet(hex(account))
      const signature = await wallet.account.signMessage(message)
      this.#log.info('signed a message', { account, bytes: message.length })
      return unhex(signature)
    })
  }

  signTypedData(account: Uint8Array, data: TypedData): Promise<Uint8Array> {
    return asAnswered(async () => {
      const hash = typedDataHash(data)
      const wallet = await this.#wallet(hex(account))
      const signature = await wallet.account.signHash(hash)
      this.#log.info('signed typed data', { account, hash })
      return unhex(signature)
    })
  }

  async #send(account: Hex, request: SendRequest, attempt: Sending): Promise<Hex> {
    attempt.check()
    const wallet = await this.#wallet(account)
    const filled = await this.#request(account, request)
    const signed = await wallet.sign(filled, () => attempt.check())
    const { hash } = signed
    attempt.begin(hash)
    const { nonceKey, nonce } = filled
    const remember = (): void => {
      if (nonceKey === undefined || nonce === undefined) return
      this.#lanes.remember(account, nonceKey, { nonce, hash })
    }
    try {
      await wallet.submit(signed)
    } catch (error) {
      if (!isRefused(error)) {
        remember()
        this.#log.warn('sent, but the node did not say whether it has it', { account, hash })
        throw unconfirmed(hash, error)
      }
      throw error
    }
    remember()
    this.#log.info('sent', { account, hash })
    return hash
  }

  /** What the wallet takes, with the nonce where the node would not know it. */
  async #request(account: Hex, request: SendRequest): Promise<TransactionRequest> {
    const { to, data, nonceKey = 0n, gas, accessList, ...rest } = request
    const nonce =
      request.nonce ?? (nonceKey === 0n ? undefined : await this.#lanes.next(account, nonceKey))
    return {
      ...rest,
      nonce,
      nonceKey,
      gasLimit: gas,
      to: to === undefined ? undefined : hex(to),
      data: data === undefined ? undefined : hex(data),
      accessList: accessList?.map(([address, storageKeys]) => ({
        address: hex(address),
        storageKeys: storageKeys.map(hex),
      })),
    }
  }

  /** Throws `IDENTITY_FOREIGN_NETWORK` and `NODE_KEY_REPLACED`. */
  async #wallet(account: Hex): Promise<Wallet> {
    const key = this.#keys.get(account)
    if (key === undefined) {
      throw new Fault({ code: 'NODE_UNKNOWN_ACCOUNT', account }, 'name one of eth_accounts')
    }
    return Wallet.of(await currentKey([key], this.#rpc), key.engine, this.#rpc)
  }
}

function unconfirmed(hash: Hex, cause: unknown): Fault<{ code: 'NODE_UNCONFIRMED'; hash: Hex }> {
  return new Fault(
    { code: 'NODE_UNCONFIRMED', hash },
    `the node did not say whether it has it: look for ${hash} before you send it again`,
    { cause },
  )
}

/** What the node refused is answered in its own words: clients know them. */
async function asAnswered<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (isFault(error, 'NODE_REFUSED') && isErrorObject(error.cause)) {
      throw new AnsweredError(error.cause)
    }
    throw error
  }
}
