import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex, isFault, silent } from '#base'

import { exitCodeOf, exitCodes } from '../../node/exit-codes.ts'
import { type RunningNode, runNode } from '../../node/index.ts'
import { sign } from '../chain/engine/network.ts'
import { deeds, hostileAddress, hostileNetwork } from '../chain/engine/plugin.ts'

function isStopped(error: unknown): boolean {
  assert.equal(exitCodeOf(error), exitCodes.stopped)
  return isFault(error, 'CHAIN_STOPPED')
}

describe('a node whose execution stops', function () {
  this.timeout(60_000)

  let folder: string
  let node: RunningNode
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-stopped-'))
    const { file, genesis } = await hostileNetwork(folder, { targetBlockMs: 100 })
    node = await runNode({
      genesis,
      data: path.join(folder, 'data'),
      host: '127.0.0.1',
      port: 0,
      archive: false,
      devKeys: true,
      allowedHosts: [],
      allowedOrigins: [],
      modules: [file],
      log: silent,
    })
  })
  afterEach(async () => {
    await node[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  function fatal(): { hash: Uint8Array; wire: Uint8Array } {
    const data = Uint8Array.of(deeds.exhaust)
    return sign(node.chain, 0, { to: hostileAddress, value: 0n, data })
  }

  it('says so, writes down what it stopped at, and still answers', async () => {
    const { hash, wire } = fatal()
    await node.chain.pool.submit(wire, { kind: 'client', id: 'test' })
    await assert.rejects(node.failed, isStopped)
    const dumps = path.join(folder, 'data', 'dumps')
    const [name] = readdirSync(dumps)
    const dump = JSON.parse(readFileSync(path.join(dumps, name!), 'utf8')) as {
      readonly error: string
      readonly bodies: readonly (readonly string[])[]
    }
    assert.match(dump.error, /EVM_HOST_FAULT/)
    assert.deepEqual(dump.bodies, [[hex(wire)]])

    const response = await fetch(node.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_getTransactionByHash',
        params: [hex(hash)],
      }),
    })
    const { result } = (await response.json()) as { result: { blockHash: null } }
    assert.equal(result.blockHash, null)
  })

  it('says so also when there is nowhere to write it down', async () => {
    writeFileSync(path.join(folder, 'data', 'dumps'), 'no folder')
    await node.chain.pool.submit(fatal().wire, { kind: 'client', id: 'test' })
    await assert.rejects(
      node.failed,
      (error: Error) => isStopped(error) && error.message.includes('could not be written down'),
    )
  })
})
