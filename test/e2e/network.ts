/** What a test signs itself for the network of a genesis file. */
import { readFileSync } from 'node:fs'

import { hex, type Hex } from '#base'
import { type Genesis, genesisHash, parseGenesis } from '#genesis'

import { gwei, type NetworkFacts, sign } from '../chain/engine/network.ts'

export function readGenesis(file: string): Genesis {
  return parseGenesis(readFileSync(file, 'utf8'))
}

export function factsOf(file: string): NetworkFacts {
  const genesis = readGenesis(file)
  return { chainId: genesis.chainId, genesisHash: genesisHash(genesis) }
}

/** A transfer of one wei that carries `bytes` bytes of data. */
export function transfer(
  network: NetworkFacts,
  account: number,
  { nonce = 0n, bytes = 0 }: { readonly nonce?: bigint; readonly bytes?: number } = {},
): { readonly hash: Hex; readonly wire: Hex } {
  const { hash, wire } = sign(network, account, {
    nonce,
    gasLimit: 100_000n + 40n * BigInt(bytes),
    data: new Uint8Array(bytes).fill(1),
    maxFeePerGas: 10n * gwei,
  })
  return { hash: hex(hash), wire: hex(wire) }
}
