import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Worker } from 'node:worker_threads'

import { isFault, silent } from '#base'
import { Chain, Verifier } from '#chain'
import { formatGenesis } from '#genesis'

import { limits } from '../../../chain/engine/limits.ts'
import { accounts, devNetwork, sign } from './network.ts'
import { commitOf, TestClock } from './rig.ts'

// JUMPDEST, PUSH0, JUMP
const loop = { data: Uint8Array.of(0x5b, 0x5f, 0x56) }

describe('reader threads', function () {
  this.timeout(60_000)

  let folder: string
  let chain: Chain
  const workers: Worker[] = []
  const started = (worker: Worker): void => void workers.push(worker)

  before(async () => {
    process.on('worker', started)
    folder = mkdtempSync(path.join(tmpdir(), 'pars-readers-'))
    const genesis = devNetwork()
    chain = await Chain.open({
      path: path.join(folder, 'chain'),
      genesis: formatGenesis(genesis),
      archive: false,
      modules: [],
      clock: new TestClock(genesis.timestamp),
      verifier: new Verifier({ cores: 2 }),
      log: silent,
    })
  })
  after(async () => {
    await chain.close()
    process.off('worker', started)
    rmSync(folder, { recursive: true, force: true })
  })

  it('answer beside execution, each from one height', async () => {
    const { address } = accounts[0]!
    const wires = Array.from({ length: 60 }, (_, nonce) => {
      const { wire } = sign(chain, 0, { nonce: BigInt(nonce) })
      return wire
    })
    const { timestamp } = chain.head.header
    const commits = [0, 1, 2].map((part) =>
      chain.execute(commitOf(part + 1, timestamp + 1n, wires.slice(part * 20, part * 20 + 20))),
    )
    const seen = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const proof = await chain.reads.proof(address, [], 'latest')
        return Number(proof!.nonce)
      }),
    )
    for (const nonce of seen) assert.equal(nonce % 20, 0, 'no half-executed commit is visible')
    await Promise.all(commits)
    assert.equal(await chain.reads.nonce(address, 'latest'), 60n)
    assert.equal(await chain.reads.nonce(address, { number: 1n }), 20n)
  })

  it('say of single entries of the head what the main thread sees of them itself', async () => {
    const { headEntries } = chain
    const { address } = accounts[0]!
    const slot = new Uint8Array(32)
    assert.equal(headEntries.nonce(address), 60n)
    assert.equal(headEntries.balance(address), await chain.reads.balance(address, 'latest'))
    assert.equal(headEntries.nonce(address, 7n), await chain.reads.nonce(address, 'latest', 7n))
    assert.deepEqual(
      headEntries.storage(address, slot),
      await chain.reads.storage(address, slot, 'latest'),
    )
    assert.equal(headEntries.balance(new Uint8Array(20).fill(9)), 0n)
  })

  it('are replaced when they die, and only calls under way fail', async () => {
    const [engine, first] = workers
    assert.ok(engine && first)
    assert.equal(workers.length, 1 + limits.readers.value)
    const underWay = Array.from({ length: 40 }, () => chain.reads.header('latest'))
    const [outcomes] = await Promise.all([Promise.allSettled(underWay), first.terminate()])
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') assert.deepEqual(outcome.value, chain.head)
      else assert.ok(isFault(outcome.reason, 'CHAIN_THREAD_LOST'))
    }
    assert.ok(outcomes.some(({ status }) => status === 'fulfilled'))
    const later = await Promise.all(Array.from({ length: 200 }, () => chain.reads.header('latest')))
    for (const header of later) assert.deepEqual(header, chain.head)
    assert.equal(workers.length, 2 + limits.readers.value)
  })

  it('turn away with READ_BUSY what would wait too long, and answer the rest', async () => {
    const most = limits.readers.value * limits.reads.value
    const calls = Array.from({ length: most + 10 }, () => chain.reads.header('latest'))
    const outcomes = await Promise.allSettled(calls)
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    assert.equal(refused.length, 10)
    for (const outcome of refused) {
      assert.ok(outcome.status === 'rejected' && isFault(outcome.reason, 'READ_BUSY'))
    }
    assert.deepEqual(await chain.reads.header('latest'), chain.head)
  })

  it('end a call that nobody waits for, so that the next one has its turn', async () => {
    const logs = { from: 0n, to: 60n, addresses: [], topics: [], limit: 1, byteLimit: 1 }
    await assert.rejects(chain.readsUntil(AbortSignal.abort()).logs(logs), (error) =>
      isFault(error, 'READ_CANCELLED'),
    )
    const left = new AbortController()
    const gone = Array.from({ length: 20 }, () =>
      chain.readsUntil(left.signal).call({ ...loop, gas: 50_000_000n }, 'latest'),
    )
    const cut = Promise.allSettled(gone)
    await chain.reads.header('latest')
    left.abort()
    for (const outcome of await cut) {
      assert.ok(outcome.status === 'rejected' && isFault(outcome.reason, 'READ_CANCELLED'))
    }
    const { signal } = new AbortController()
    assert.equal(await chain.readsUntil(signal).nonce(accounts[0]!.address, 'latest'), 60n)
  })

  it("keep one for short reads: none waits for somebody's loop", async () => {
    let ended = 0
    const long = Array.from({ length: 4 }, async () => {
      const result = await chain.reads.call({ ...loop, gas: 20_000_000n }, 'latest')
      ended++
      return result
    })
    for (let asked = 0; asked < 40; asked++) {
      await chain.reads.balance(accounts[0]!.address, 'latest')
    }
    assert.equal(ended, 0)
    for (const result of await Promise.all(long)) assert.equal(result?.failure?.reason, 'halted')
  })

  it('take clients in turns, however much one asks for at once', async () => {
    const { signal } = new AbortController()
    const ask = (client: string) =>
      chain.readsUntil(signal, client).call({ ...loop, gas: 20_000_000n }, 'latest')
    let ended = 0
    const many = Array.from({ length: 12 }, async () => {
      await ask('many')
      ended++
    })
    await ask('one')
    assert.ok(ended < 6, `${ended} of the others were answered before`)
    await Promise.all(many)
  })

  it('keep their faults: facts and code arrive as they were thrown', async () => {
    await assert.rejects(
      chain.reads.feeHistory(1, 'latest', [101]),
      (error) => isFault(error, 'READ_PERCENTILES') && error.message.startsWith(error.code),
    )
  })
})
