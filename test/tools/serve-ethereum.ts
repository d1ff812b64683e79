/**
 * Imports an RLP chain under the ethereum profile and serves it over JSON-RPC.
 *
 *     node test/tools/serve-ethereum.ts --genesis FILE --chain FILE --port N
 *
 * Prints `ready http://127.0.0.1:N`.
 */
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'

import { silent } from '#base'
import { systemClock } from '#node'
import { createRpcServer } from '#rpc'
import { openMemory } from '#storage'

import { Ledger } from '../../chain/block/ledger.ts'
import { ethereumChain } from '../ethereum/chain.ts'
import { ethereumEngines } from '../ethereum/engines.ts'
import { chainFile, Importer } from '../ethereum/import.ts'
import { ethereumProfile, type GethGenesis } from '../ethereum/profile.ts'
import { renderEthereumTransaction } from '../ethereum/render.ts'

const { values } = parseArgs({
  options: {
    genesis: { type: 'string' },
    chain: { type: 'string' },
    port: { type: 'string', default: '8545' },
  },
})
if (values.genesis === undefined || values.chain === undefined) {
  process.stderr.write('usage: serve-ethereum.ts --genesis FILE --chain FILE --port N\n')
  process.exit(2)
}

const genesis = JSON.parse(await readFile(values.genesis, 'utf8')) as GethGenesis

const profile = ethereumProfile(genesis, await ethereumEngines())
const store = openMemory()
const ledger = await Ledger.open({ store, profile })
const importer = new Importer(ledger, profile)
for (const block of chainFile(await readFile(values.chain))) await importer.import(block)

const server = createRpcServer({
  chain: ethereumChain(store, ledger, profile),
  render: renderEthereumTransaction(profile.chainId),
  clock: systemClock,
  log: silent,
  clientVersion: 'pars/test/ethereum',
})
const url = await server.listen({ host: '127.0.0.1', port: Number(values.port) })
const { number, stateRoot } = ledger.head.header
process.stderr.write(`imported ${number} blocks, state root 0x${stateRoot.toHex()}\n`)
process.stdout.write(`ready ${url}\n`)
