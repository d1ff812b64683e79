import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Worker } from 'node:worker_threads'

import { isFault, type Log, silent } from '#base'
import { Chain, type ChainInit, type Commit, Verifier } from '#chain'
import { formatGenesis } from '#genesis'
import { openMemory, type Store } from '#storage'

import { Engine } from '../../../chain/engine/engine.ts'
import { audit } from './audit.ts'
import { accounts, devNetwork, sign, withCode } from './network.ts'
import { deeds, hostileAddress, hostileNetwork } from './plugin.ts'
import { commitOf, profileOf, TestClock } from './rig.ts'

describe('a plugin that fails', function () {
  this.timeout(60_000)

  let folder: string
  let chain: Chain
  let stopped: Commit[]
  let errors: string[]
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-host-fault-'))
    stopped = []
    errors = []
    const { file, genesis } = await hostileNetwork(folder)
    const log: Log = { ...silent, error: (message) => errors.push(message) }
    const init: ChainInit = {
      path: path.join(folder, 'chain'),
      genesis: formatGenesis(genesis),
      archive: false,
      modules: [file],
      clock: new TestClock(genesis.timestamp),
      verifier: new Verifier({ cores: 2 }),
      log,
      onStopped: (last) => stopped.push(last),
    }
    chain = await Chain.open(init)
  })
  afterEach(async () => {
    await chain.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function calling(deed: number, nonce = 0n): Uint8Array {
    const to = hostileAddress
    return sign(chain, 0, { to, value: 0n, nonce, data: Uint8Array.of(deed) }).wire
  }

  function commit(id: number, wire: Uint8Array): Commit {
    return commitOf(id, chain.head.header.timestamp + 1n, [wire])
  }

  it('by an exception that every machine meets, fails its frame only', async () => {
    const { blocks } = await chain.execute(commit(1, calling(deeds.throw)))
    const block = await chain.reads.block({ hash: blocks[0]!.hash })
    const [transaction] = block!.transactions
    assert.equal(transaction?.receipt.status, 0)
    assert.equal(transaction.receipt.gasUsed, 120_000n)
    assert.deepEqual(errors, ['a precompile broke the rules of plugins'])
    assert.equal(chain.stopped, undefined)
  })

  it('by this machine once, is run again in a fresh thread, and nobody notices', async () => {
    const { blocks } = await chain.execute(commit(1, calling(deeds.exhaustOnce)))
    const block = await chain.reads.block({ hash: blocks[0]!.hash })
    assert.equal(block?.transactions[0]?.receipt.status, 1)
    assert.deepEqual(errors, ['execution failed; trying once more in a fresh thread'])
    await chain.execute(commit(2, calling(deeds.echo, 1n)))
    assert.equal(chain.head.header.number, 2n)
    assert.equal(await chain.reads.nonce(accounts[0]!.address, 'latest'), 2n)
  })

  it('by this machine again, stops execution, while reads and the pool go on', async () => {
    await chain.execute(commit(1, calling(deeds.echo)))
    const { head } = chain
    const fatal = commit(2, calling(deeds.exhaust, 1n))
    await assert.rejects(chain.execute(fatal), withCode('CHAIN_STOPPED'))
    assert.deepEqual(stopped, [fatal])
    assert.ok(isFault(chain.stopped, 'CHAIN_STOPPED'))
    await assert.rejects(
      chain.execute(commit(3, calling(deeds.echo, 1n))),
      withCode('CHAIN_STOPPED'),
    )
    assert.equal(stopped.length, 1)

    assert.deepEqual(chain.head, head)
    assert.deepEqual(await chain.reads.header('latest'), head)
    assert.equal(await chain.reads.nonce(accounts[0]!.address, 'latest'), 1n)
    const { hash, wire } = sign(chain, 1)
    assert.deepEqual(await chain.pool.submit(wire, { kind: 'client', id: 'test' }), hash)
  })
})

describe('an engine thread that dies', function () {
  this.timeout(60_000)

  it('takes with it what was under way; the next commit begins a fresh one', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-engine-'))
    const workers: Worker[] = []
    const started = (worker: Worker): void => void workers.push(worker)
    process.on('worker', started)
    const genesis = devNetwork()
    const chain = await Chain.open({
      path: path.join(folder, 'chain'),
      genesis: formatGenesis(genesis),
      archive: false,
      modules: [],
      clock: new TestClock(genesis.timestamp),
      verifier: new Verifier({ cores: 2 }),
      log: silent,
    })
    try {
      const [engine] = workers
      await engine!.terminate()
      const { hash, wire } = sign(chain, 0)
      await assert.rejects(
        chain.pool.submit(wire, { kind: 'client', id: 'test' }),
        withCode('CHAIN_THREAD_LOST'),
      )
      assert.equal(chain.pool.byHash(hash), undefined, 'not acknowledged, not held')
      const { blocks } = await chain.execute(commitOf(1, genesis.timestamp + 1n, [wire]))
      assert.deepEqual(chain.head, blocks[0])
      assert.deepEqual(await chain.pool.submit(wire, { kind: 'client', id: 'test' }), hash)
    } finally {
      await chain.close()
      process.off('worker', started)
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('a store that cannot be read', () => {
  it('discards the commit, and the engine does nothing more until it is opened anew', async () => {
    const profile = await profileOf(devNetwork())
    const inner = openMemory()
    let isBroken = false
    const store: Store = {
      get(key) {
        if (isBroken) throw Object.assign(new Error('EIO: i/o error, read'), { errno: -5 })
        return inner.get(key)
      },
      entries: (range) => inner.entries(range),
      write: (changes, options) => inner.write(changes, options),
      snapshot: () => inner.snapshot(),
      close: async () => undefined,
    }
    const open = () => Engine.open({ store, profile, archive: false, log: silent })
    const timestamp = profile.genesis.header.timestamp + 1n
    const first = commitOf(1, timestamp, [sign(profile, 0).wire, sign(profile, 1).wire])
    const engine = await open()
    isBroken = true
    await assert.rejects(engine.execute(first), /EIO/)
    isBroken = false
    await assert.rejects(engine.execute(first), /EIO/)
    await audit(inner)
    const again = await open()
    assert.equal(again.head.header.number, 0n)
    assert.equal((await again.execute(first)).blocks.length, 1)
    await audit(inner)
  })
})
