/** An account of the key folder on the network of a node: what it signs, and what it sends. */
import { equal, Fault, hex, type Hex, quantity } from '#base'
import { mlDsa, type SigningKey } from '#crypto'
import { checkNetwork, openKeystore } from '#identity'
import { limits, systemAddresses } from '#protocol'
import { type AccessListEntry, Account, type Engine, keyFields, keyOf, feesWithRoom } from '#sdk'

import { encodeCall } from './abi.ts'
import type { KeyFile } from './keystore.ts'
import { type Network, networkOf } from './network.ts'
import { timeOfNextBlock } from './next-block.ts'
import {
  bytesIn,
  fieldsIn,
  quantityIn,
  type RpcAsker,
  type RpcClient,
  textIn,
} from './rpc-client.ts'

/** What the author of a transaction may decide; the node is asked for the rest. */
export interface TransactionRequest {
  readonly to?: Hex | undefined
  readonly data?: Hex | undefined
  /** Wei. */
  readonly value?: bigint | undefined
  readonly nonce?: bigint | undefined
  readonly nonceKey?: bigint | undefined
  readonly gasLimit?: bigint | undefined
  /** Percent on top of an estimate: what else is in its block may make the call dearer. */
  readonly gasMargin?: bigint | undefined
  /** Wei. */
  readonly maxFeePerGas?: bigint | undefined
  /** Wei. */
  readonly maxPriorityFeePerGas?: bigint | undefined
  /** Seconds. */
  readonly validUntil?: bigint | undefined
  readonly accessList?: readonly AccessListEntry[] | undefined
}

export interface Signed {
  readonly hash: Hex
  readonly wire: Hex
}

/** The file of a key that speaks for its account now. */
export interface CurrentKey extends KeyFile {
  readonly network: Network
  readonly isRegistered: boolean
}

/** What an engine of the SDK does, done by OpenSSL. */
export function engineOf(key: SigningKey): Engine {
  const { algorithm, publicKey } = key
  return {
    algorithm,
    publicKey,
    sign: (message, context) => key.signAsync(message, context),
    verify: (message, signature, context) =>
      mlDsa(algorithm).verifyAsync(publicKey, message, signature, context),
  }
}

/**
 * Of an account's keys the one that speaks for it on the node's network, as long as the node tells the
 * truth: if it doesn't, the signature holds nowhere. Throws `IDENTITY_FOREIGN_NETWORK` and
 * `NODE_KEY_REPLACED`.
 */
export async function currentKey(files: readonly KeyFile[], rpc: RpcClient): Promise<CurrentKey> {
  const network = await networkOf(rpc)
  const own = files.filter(({ keystore }) => equal(keystore.networkId, network.networkId))
  const [any] = files
  if (own.length === 0 && any !== undefined) checkNetwork(any.keystore, network.networkId)
  for (const one of own) {
    const { address, keyHash } = one.keystore
    const registered = await accountsWord(rpc, 'keyOf', address)
    const isRegistered = registered.some((byte) => byte !== 0)
    if (equal(isRegistered ? registered : keyHash, keyHash)) {
      if (isRegistered || equal(keyHash.subarray(12), address)) {
        return { ...one, network, isRegistered }
      }
    }
  }
  throw new Fault(
    { code: 'NODE_KEY_REPLACED', files: own.map(({ file }) => file).join(', ') },
    'another key speaks for the account since a rotation or recovery, or this one does not yet: use the file of that key',
  )
}

/** A view of the registry of account keys that takes an account and gives one word. */
export async function accountsWord(
  rpc: RpcAsker,
  name: 'keyOf' | 'changesOf',
  account: Uint8Array,
): Promise<Uint8Array> {
  const data = hex(encodeCall(`${name}(address)`, account))
  const call = { to: hex(systemAddresses.accounts), data }
  return bytesIn(await rpc.ask('eth_call', call, 'latest'), 32)
}

/** An unlocked account. */
export class Wallet {
  readonly account: Account
  readonly #rpc: RpcClient
  readonly #chainId: bigint

  private constructor(account: Account, rpc: RpcClient, chainId: bigint) {
    this.account = account
    this.#rpc = rpc
    this.#chainId = chainId
  }

  /** Throws what `openKeystore` throws. */
  static async unlock(key: CurrentKey, password: string, rpc: RpcClient): Promise<Wallet> {
    return Wallet.of(key, engineOf(await openKeystore(key.keystore, password)), rpc)
  }

  /** Of a key that is open. */
  static of(
    { keystore, network, isRegistered }: CurrentKey,
    engine: Engine,
    rpc: RpcClient,
  ): Wallet {
    const account = new Account(keyOf(engine), {
      networkId: hex(network.networkId),
      address: hex(keystore.address),
      isRegistered,
    })
    return new Wallet(account, rpc, network.chainId)
  }

  /**
   * Asks for what the request leaves open, and signs. Throws `NODE_UNFUNDED` when the account can't pay
   * the most it may cost, and what `RpcClient`, the SDK and `check`, asked last before the key is used,
   * throw.
   */
  async sign(request: TransactionRequest, check?: () => void): Promise<Signed> {
    const { nonceKey = 0n, value = 0n } = request
    const { address } = this.account
    const [next, tip, balance, block] = await this.#rpc.askAll(
      ['pars_getNonce', address, quantity(nonceKey), 'pending'],
      ['eth_maxPriorityFeePerGas'],
      ['eth_getBalance', address, 'latest'],
      ['eth_getBlockByNumber', 'latest', false],
    )
    const head = fieldsIn(block)
    const nonce = request.nonce ?? quantityIn(next)
    const fees = feesWithRoom(request, {
      baseFee: quantityIn(head['baseFeePerGas']),
      usualTip: quantityIn(tip),
    })
    this.#checkFunds(quantityIn(balance), value)
    const gasLimit =
      request.gasLimit ?? (await this.#estimate({ ...request, nonce }, nextBlock(head)))
    this.#checkFunds(quantityIn(balance), value + gasLimit * fees.maxFeePerGas)
    const { to, data, validUntil, accessList } = request
    const fields = {
      chainId: this.#chainId,
      nonceKey,
      nonce,
      gasLimit,
      to,
      value,
      data,
      validUntil,
      accessList,
    }
    check?.()
    return this.account.signTransaction({ ...fields, ...fees })
  }

  /** Throws `NODE_REFUSED` with the node's cure. */
  async submit({ hash, wire }: Signed): Promise<void> {
    const answer = await this.#rpc.ask('eth_sendRawTransaction', wire)
    if (hex(bytesIn(answer, 32)) === hash) return
    throw new Fault(
      { code: 'NODE_ANSWER', found: textIn(answer) },
      `the node calls the transaction ${hash} by another name: do not trust it`,
    )
  }

  #checkFunds(balance: bigint, cost: bigint): void {
    if (balance >= cost) return
    throw new Fault(
      { code: 'NODE_UNFUNDED', account: this.account.address, balance, cost },
      'in wei: fund the account, send less, or lower --gas or --max-fee',
    )
  }

  /** Without fees, so that what is asked is the gas alone. */
  async #estimate(request: TransactionRequest, next: object): Promise<bigint> {
    const { key, isRegistered, address } = this.account
    const call = {
      from: address,
      to: request.to,
      data: request.data,
      accessList: request.accessList,
      value: quantity(request.value ?? 0n),
      nonce: quantity(request.nonce ?? 0n),
      nonceKey: quantity(request.nonceKey ?? 0n),
      // The node knows the key of an account that registered one.
      ...(isRegistered ? {} : keyFields(key.engine)),
    }
    const estimate = quantityIn(await this.#rpc.ask('eth_estimateGas', call, 'latest', {}, next))
    const withMargin = (estimate * (100n + (request.gasMargin ?? 0n))) / 100n
    const most = BigInt(limits.transactionGas.value)
    return withMargin < most || estimate > most ? withMargin : most
  }
}

/** What depends on the time costs otherwise in the last block. */
function nextBlock({ number, timestamp }: Readonly<Record<string, unknown>>): object {
  const time = timeOfNextBlock(quantityIn(timestamp))
  return { number: quantity(quantityIn(number) + 1n), time: quantity(time) }
}
