/** docs/guides/tools.md, done as a reader would do it, with the tools as their makers ship them. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { hex } from '#base'

import { accounts, sign } from '../../chain/engine/network.ts'
import { lacking, registryAway } from '../../lacking.ts'
import { type Block, blocksOf } from '../guide.ts'
import { factsOf } from '../network.ts'
import { Bench, type Node } from '../node.ts'
import { Offline, type Ran, Reader } from './reader.ts'

const blocks = blocksOf('docs/guides/tools.md')
const sections = [...new Set(blocks.map(({ section }) => section))]

describe('the guide for tools', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let node: Node
  let reader: Reader
  let genesis: string

  before(async () => {
    genesis = await bench.network('tools')
    node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    const home = bench.path('home')
    mkdirSync(home)
    reader = new Reader(home, node.url)
  })
  after(async () => {
    reader.stop()
    await bench[Symbol.asyncDispose]()
  })

  /** What Hardhat prints has times in it. */
  const patterns: readonly (readonly [command: string, output: RegExp])[] = [
    ['forge build', /Compiler run successful/],
    ['npx hardhat test', /2 passing[\s\S]*Notary#Notary - 0x[0-9a-fA-F]{40}/],
    ['cast tx-pool status', /pending/],
  ]

  function assertOutput({ text }: Block, { stdout }: Ran, next: Block | undefined): void {
    if (next?.language === 'text') assert.equal(stdout, next.text)
    for (const [command, output] of patterns)
      if (text.includes(command)) assert.match(stdout, output)
  }

  for (const section of sections) {
    describe(section, () => {
      let absent: string | undefined

      for (const [index, block] of blocks.entries()) {
        if (block.section !== section || block.language === 'text') continue
        const [first = ''] = block.text.split('\n')
        it(block.file === undefined ? `does ${first}` : `saves ${block.file}`, async function () {
          lacking(this, absent)
          if (block.file !== undefined) return reader.save(block)
          try {
            const ran = await reader.do(block)
            assert.equal(ran.code, 0, `${ran.stdout}${ran.stderr}`)
            assertOutput(block, ran, blocks[index + 1])
          } catch (error) {
            if (!(error instanceof Offline)) throw error
            absent = registryAway
            lacking(this, absent)
          }
        })
      }
    })
  }

  describe('afterwards', () => {
    it('leaves Ignition with a contract that the network has', async function () {
      const file = 'ignition/deployments/chain-7227/deployed_addresses.json'
      const deployed = path.join(reader.folder, file)
      const isThere = existsSync(path.join(reader.folder, 'node_modules/hardhat'))
      lacking(this, isThere ? undefined : 'Hardhat is not installed')
      const addresses = JSON.parse(readFileSync(deployed, 'utf8')) as Record<string, string>
      const code = await node.ask<string>('eth_getCode', addresses['Notary#Notary'], 'latest')
      assert.ok(code.length > 1000)
    })

    it('lets cast read what waits in the pool, other lanes included', async () => {
      const from = hex(accounts[5]!.address)
      await node.ask('eth_sendTransaction', { from, to: from, nonce: '0x5', gas: '0xea60' })
      const { wire } = sign(factsOf(genesis), 5, { nonceKey: 42n, nonce: 1n })
      await node.ask('eth_sendRawTransaction', hex(wire))
      for (const command of ['content', 'inspect', `content-from --from ${from}`]) {
        const { code, stdout, stderr } = await reader.run(`cast tx-pool ${command}`)
        assert.equal(code, 0, stderr)
        const { queued } = JSON.parse(stdout) as { queued: Record<string, object> }
        const own = command.startsWith('content-from') ? queued : queued[from]
        assert.deepEqual(Object.keys(own ?? {}).toSorted(), ['0x2a:1', '5'], command)
      }
    })

    it('refuses what Foundry signs itself, and says what helps', async () => {
      const key = `0x${'11'.repeat(32)}`
      const command = `cast send --private-key ${key} --gas-limit 100000 $TO`
      const { code, stderr } = await reader.run(command)
      assert.notEqual(code, 0)
      assert.match(stderr, /sign with ML-DSA.*TX_CLASSICAL/)
    })
  })
})
