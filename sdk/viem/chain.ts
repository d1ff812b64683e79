import { type Client, defineChain } from 'viem'

import { Fault, type Hex } from '#base'

import { isKeyRegistered, registeredKeyCall } from '../registration.ts'
import type { ParsLocalAccount } from './account.ts'
import { formatters } from './formatters.ts'
import { verifyHash } from './verify-hash.ts'

export interface ParsChainOptions {
  readonly id: number
  readonly name: string
  readonly rpcUrl: string
  /** G, 32 bytes: the hash of the genesis, which every signature contains. */
  readonly networkId: Hex
  /** Milliseconds between blocks, by which viem polls: 1000 unless given. */
  readonly blockTime?: number
  /** Of the token; PARS with 18 decimals unless given. */
  readonly nativeCurrency?: {
    readonly name: string
    readonly symbol: string
    readonly decimals: number
  }
}

/**
 * The network for viem. Its clients ask the node once for its network id and refuse to send to
 * another network (`SDK_NETWORK_MISMATCH`), fill the nonces of lanes, send a registered key as its
 * hash, and turn away accounts that sign with secp256k1 (`SDK_CLASSICAL_ACCOUNT`).
 */
export function parsChain({
  id,
  name,
  rpcUrl,
  networkId,
  blockTime = 1000,
  nativeCurrency = { name: 'PARS', symbol: 'PARS', decimals: 18 },
}: ParsChainOptions) {
  const registered = new WeakSet<ParsLocalAccount>()
  const confirmed = new WeakMap<Client['request'], Promise<void>>()

  /** A key that was found in the registry is not asked for again. */
  async function hasRegistered(client: Client, account: ParsLocalAccount): Promise<boolean> {
    if (account.isRegistered || registered.has(account)) return true
    const answer = await ask<Hex>(client, 'eth_call', registeredKeyCall(account.address), 'latest')
    const isRegistered = isKeyRegistered(answer, account)
    if (isRegistered) registered.add(account)
    return isRegistered
  }

  function confirm(client: Client): Promise<void> {
    const known = confirmed.get(client.request)
    if (known !== undefined) return known
    const asked = ask<Hex>(client, 'pars_networkId').then((found) => same(networkId, found))
    confirmed.set(client.request, asked)
    // What failed is asked anew: the node may have been out of reach.
    asked.catch(() => confirmed.delete(client.request))
    return asked
  }

  return defineChain({
    id,
    name,
    nativeCurrency,
    blockTime,
    rpcUrls: { default: { http: [rpcUrl] } },
    // viem takes whatever has the same sender and nonce for a replacement, lanes left aside.
    supportsTransactionReplacementDetection: false,
    formatters,
    serializers: { transaction: refuseClassical },
    verifyHash,
    prepareTransactionRequest: async (request, { client }) => {
      await confirm(client)
      const { account } = request
      if (typeof account !== 'object' || account === null) return request
      if ('networkId' in account) same(networkId, String(account.networkId))
      const isRegistered = isParsAccount(account) ? await hasRegistered(client, account) : undefined
      const known = isRegistered === true ? { ...request, isRegistered } : request
      const { nonceKey } = request as { nonceKey?: bigint }
      if (nonceKey === undefined || nonceKey === 0n || request.nonce !== undefined) return known
      const lane = `0x${nonceKey.toString(16)}`
      const next = await ask<Hex>(client, 'pars_getNonce', account.address, lane, 'pending')
      return { ...known, nonce: Number(next) }
    },
  })
}

async function ask<Result>(client: Client, method: string, ...params: unknown[]): Promise<Result> {
  const request = client.request as (call: object) => Promise<unknown>
  return (await request({ method, params })) as Result
}

function isParsAccount(account: object): account is ParsLocalAccount {
  return 'source' in account && account.source === 'pars'
}

function same(expected: Hex, found: string): void {
  if (expected.toLowerCase() === found.toLowerCase()) return
  throw new Fault(
    { code: 'SDK_NETWORK_MISMATCH', expected, found },
    'use one network id everywhere: that of parsChain, of toParsAccount and of the node (pars_networkId)',
  )
}

function refuseClassical(): never {
  throw new Fault(
    { code: 'SDK_CLASSICAL_ACCOUNT' },
    'this account signs with secp256k1, which no Pars network takes: use toParsAccount',
  )
}
