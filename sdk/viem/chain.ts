import { type Client, defineChain } from 'viem'

import { Fault, type Hex, quantity } from '#base'

import { type Ask, expectNetwork, KeyStanding, NetworkCheck } from '../standing.ts'
import { isParsAccount, type ParsLocalAccount } from './account.ts'
import { formattersOf } from './formatters.ts'
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
  const standings = new WeakMap<ParsLocalAccount, KeyStanding>()
  const checks = new WeakMap<Client['request'], NetworkCheck>()

  function standingOf(account: ParsLocalAccount): KeyStanding {
    const standing = standings.get(account) ?? new KeyStanding(account)
    standings.set(account, standing)
    return standing
  }

  function checkOf({ request }: Client): NetworkCheck {
    const check = checks.get(request) ?? new NetworkCheck(networkId)
    checks.set(request, check)
    return check
  }

  return defineChain({
    id,
    name,
    nativeCurrency,
    blockTime,
    rpcUrls: { default: { http: [rpcUrl] } },
    // viem takes whatever has the same sender and nonce for a replacement, lanes left aside.
    supportsTransactionReplacementDetection: false,
    formatters: formattersOf((account) => standingOf(account).isKnown),
    serializers: { transaction: refuseClassical },
    verifyHash,
    prepareTransactionRequest: async (request, { client }) => {
      const ask = askOf(client)
      await checkOf(client).confirm(ask)
      const { account } = request
      if (typeof account !== 'object' || account === null) return request
      if ('networkId' in account) expectNetwork(networkId, String(account.networkId))
      const isRegistered = isParsAccount(account) && (await standingOf(account).isRegistered(ask))
      const known = isRegistered ? { ...request, isRegistered } : request
      const { nonceKey } = request as { nonceKey?: bigint }
      if (nonceKey === undefined || nonceKey === 0n || request.nonce !== undefined) return known
      const next = await ask('pars_getNonce', account.address, quantity(nonceKey), 'pending')
      return { ...known, nonce: Number(next) }
    },
  })
}

function askOf(client: Client): Ask {
  const request = client.request as (call: object) => Promise<unknown>
  return (method, ...params) => request({ method, params })
}

function refuseClassical(): never {
  throw new Fault(
    { code: 'SDK_CLASSICAL_ACCOUNT' },
    'this account signs with secp256k1, which no Pars network takes: use toParsAccount',
  )
}
