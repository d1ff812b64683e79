/** Imports an RLP chain under the ethereum profile and serves it, with a pool and a builder. */
import { readFile } from 'node:fs/promises'

import { silent } from '#base'
import type { Head } from '#chain'
import { systemClock, systemRandom } from '#node'
import { createRpcServer, type RpcServer } from '#rpc'
import { openMemory, type Store } from '#storage'

import { Ledger } from '../../chain/block/ledger.ts'
import { ethereumBuilder } from './builder.ts'
import { ethereumChain } from './chain.ts'
import { ethereumEngines } from './engines.ts'
import { chainFile, Importer } from './import.ts'
import { ethereumProfile, type EthereumProfile, type GethGenesis } from './profile.ts'
import { renderEthereumTransaction } from './render.ts'

export interface Opened {
  readonly store: Store
  readonly ledger: Ledger
  readonly profile: EthereumProfile
  readonly importer: Importer
}

/** @param files Paths of a genesis in geth's form and of a file of RLP blocks. */
export async function importEthereum(files: Files): Promise<Opened> {
  const genesis = JSON.parse(await readFile(files.genesis, 'utf8')) as GethGenesis
  const profile = ethereumProfile(genesis, await ethereumEngines())
  const store = openMemory()
  const ledger = await Ledger.open({ store, profile })
  const importer = new Importer(ledger, profile)
  for (const block of chainFile(await readFile(files.chain))) await importer.import(block)
  return { store, ledger, profile, importer }
}

interface Files {
  readonly genesis: string
  readonly chain: string
}

export interface Served {
  readonly server: RpcServer
  readonly head: Head
}

/** All methods of a node over that chain. */
export async function serveEthereum(files: Files): Promise<Served> {
  const { store, ledger, profile } = await importEthereum(files)
  const chain = ethereumChain(store, ledger, profile)
  const { head } = ledger
  const server = createRpcServer({
    chain,
    render: renderEthereumTransaction(profile.chainId),
    builder: ethereumBuilder({ store, profile, head, pool: chain.pool }),
    clock: systemClock,
    random: systemRandom,
    log: silent,
    plainErrors: true,
    clientVersion: 'pars/test/ethereum',
  })
  return { server, head }
}
