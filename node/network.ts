import { Fault, hex } from '#base'
import { genesisHash, isPublished, preset, presetNames } from '#genesis'

import { genesisOf } from './genesis-source.ts'
import { bytesIn, quantityIn, type RpcClient } from './rpc-client.ts'

/** The network that a node says it is of. */
export interface Network {
  readonly chainId: bigint
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
}

export async function networkOf(rpc: RpcClient): Promise<Network> {
  const [chainId, networkId] = await rpc.askAll(['eth_chainId'], ['pars_networkId'])
  return { chainId: quantityIn(chainId), networkId: bytesIn(networkId, 32) }
}

/** The network that a key is to be kept for. */
export interface KeyNetwork {
  /** G, 32 bytes. */
  readonly networkId: Uint8Array
  /** Known to take the published test keys. */
  readonly isDev: boolean
}

/**
 * By a genesis document, a preset or a network id; the node is asked where none is given. Only a
 * document, its own or a preset's, is believed when it says `dev`: anybody can run a node.
 */
export async function keyNetwork(source: string | undefined, rpc: RpcClient): Promise<KeyNetwork> {
  if (source !== undefined && !/^0x[0-9a-fA-F]{64}$/.test(source)) {
    const genesis = await genesisOf(source)
    return { networkId: genesisHash(genesis), isDev: genesis.dev }
  }
  const networkId =
    source === undefined ? (await networkOf(rpc)).networkId : Uint8Array.fromHex(source.slice(2))
  const isDev = presetNames
    .map((name) => preset(name))
    .some((genesis) => genesis.dev && hex(genesisHash(genesis)) === hex(networkId))
  return { networkId, isDev }
}

/** Throws `NODE_KEY_PUBLISHED` for a test key that everybody has, outside of networks marked `dev`. */
export function checkPublished(keyHash: Uint8Array, { isDev }: KeyNetwork): void {
  if (isDev || !isPublished(keyHash)) return
  throw new Fault(
    { code: 'NODE_KEY_PUBLISHED', keyHash: hex(keyHash) },
    'everybody has this key: make one with pars account new, or name a genesis marked dev with --network',
  )
}
