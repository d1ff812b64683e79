import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { hex, silent } from '#base'
import type { ChainFace } from '#chain'
import { systemClock } from '#node'
import { createRpcServer, methods, type RpcServer } from '#rpc'
import { openMemory } from '#storage'

import { Ledger } from '../../chain/block/ledger.ts'
import { ethereumChain } from './chain.ts'
import { ethereumEngines } from './engines.ts'
import { chainFile, Importer } from './import.ts'
import { ethereumProfile, type GethGenesis } from './profile.ts'
import { renderEthereumTransaction } from './render.ts'
import { comparable, methodsOf, readSuite } from './replay.ts'

const vectors = path.join(process.env['PARS_VECTORS'] ?? '../shared/vectors', 'execution-apis')
const absent = !existsSync(vectors)

/** Served here; `eth_sendRawTransaction` needs a pool, which an imported chain has not. */
const served = new Set(
  methods.map(({ name }) => name).filter((name) => name !== 'eth_sendRawTransaction'),
)

describe(`Ethereum's chain of 54 blocks${absent ? ` (pending: no ${vectors})` : ''}`, function () {
  this.timeout(60_000)
  let chain: ChainFace
  let server: RpcServer
  let url = ''

  before(async function () {
    if (absent) this.skip()
    const file = path.join(vectors, 'genesis.json')
    const genesis = JSON.parse(readFileSync(file, 'utf8')) as GethGenesis
    const profile = ethereumProfile(genesis, await ethereumEngines())
    const store = openMemory()
    const ledger = await Ledger.open({ store, profile })
    const importer = new Importer(ledger, profile)
    const blocks = chainFile(readFileSync(path.join(vectors, 'chain.rlp')))
    for (const block of blocks) await importer.import(block)
    chain = ethereumChain(store, ledger, profile)
    server = createRpcServer({
      chain,
      render: renderEthereumTransaction(profile.chainId),
      clock: systemClock,
      log: silent,
      clientVersion: 'pars/test/ethereum',
    })
    url = await server.listen({ host: '127.0.0.1', port: 0 })
  })
  after(() => server?.close())

  it('executes from homestead to bpo2 with every root equal', () => {
    const expected = JSON.parse(readFileSync(path.join(vectors, 'headfcu.json'), 'utf8')) as {
      params: [{ headBlockHash: string }]
    }
    assert.equal(chain.head.header.number, 54n)
    assert.equal(hex(chain.head.hash), expected.params[0].headBlockHash)
  })

  const suite = absent ? [] : readSuite(path.join(vectors, 'tests'))
  for (const exchange of suite) {
    if (!methodsOf(exchange).every((name) => served.has(name))) continue
    it(exchange.name, async () => {
      for (const { request, response } of exchange.steps) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: request,
        })
        const [expected, actual] = comparable(response, await answer.text())
        if (exchange.isSchemaOnly) assert.ok(typeof actual === 'object' && actual !== null)
        else assert.deepEqual(actual, expected)
      }
    })
  }
})
