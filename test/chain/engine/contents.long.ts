import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { fixed, silent } from '#base'
import { Chain, type Commit, type Content, type ContentSource, Verifier } from '#chain'
import { keccak256 } from '#crypto'
import { formatGenesis } from '#genesis'
import { openLevel } from '#storage'

import { codeKey } from '../../../chain/state/index.ts'
import { devNetwork, sign, storeContract, withCode } from './network.ts'
import { commitOf, TestClock } from './rig.ts'

const { address, code } = storeContract
const codeHash = keccak256(code)

describe('a store that lacks what the state names', function () {
  this.timeout(60_000)

  const genesis = devNetwork()
  let folder: string
  let chain: Chain

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-contents-'))
    chain = await open()
    await chain.close()
    const store = await openLevel(path.join(folder, 'chain'))
    await store.write([{ type: 'del', key: codeKey(codeHash) }], { sync: true })
    await store.close()
    chain = await open()
  })
  afterEach(async () => {
    await chain.close()
    rmSync(folder, { recursive: true, force: true })
  })

  function open(): Promise<Chain> {
    return Chain.open({
      path: path.join(folder, 'chain'),
      genesis: formatGenesis(genesis),
      archive: false,
      modules: [],
      clock: new TestClock(genesis.timestamp),
      verifier: new Verifier({ cores: 2 }),
      log: silent,
    })
  }

  function calling(): Commit {
    const data = new Uint8Array([...fixed(7, 32), ...fixed(9, 32)])
    const { wire } = sign(chain, 0, { to: address, value: 0n, data })
    return commitOf(1, chain.head.header.timestamp + 1n, [wire])
  }

  function bring(source: ContentSource): Content[] {
    const asked: Content[] = []
    chain.bringMissing((content, signal) => {
      asked.push(content)
      return source(content, signal)
    })
    return asked
  }

  it('is given it by others, and keeps it', async () => {
    const missing: Content = { kind: 'code', hash: codeHash }
    assert.equal(chain.content(missing), undefined)
    const asked = bring(() => Promise.resolve(code))
    const { blocks } = await chain.execute(calling())
    assert.deepEqual(asked, [missing])
    const block = await chain.reads.block({ hash: blocks[0]!.hash })
    assert.equal(block?.transactions[0]?.receipt.status, 1)
    assert.deepEqual(await chain.reads.storage(address, fixed(7, 32), 'latest'), fixed(9, 32))
    assert.deepEqual(chain.content(missing), code)
    assert.equal(chain.stopped, undefined)
  })

  it('waits for it, and makes no block without it', async () => {
    const { head } = chain
    const asked = Promise.withResolvers<undefined>()
    bring((_, signal) => {
      asked.resolve(undefined)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    })
    const execution = chain.execute(calling())
    await asked.promise
    const [outcome] = await Promise.allSettled([execution, chain.close()])
    assert.equal(outcome?.status, 'rejected')
    // It was asked to end, and did not fail.
    assert.equal(chain.stopped, undefined)
    assert.deepEqual(chain.head, head)
    chain = await open()
    assert.deepEqual(chain.head, head)
  })

  it('takes nothing else for it', async () => {
    bring(() => Promise.resolve(Uint8Array.of(0)))
    await assert.rejects(chain.execute(calling()), withCode('CHAIN_STOPPED'))
    assert.equal(chain.head.header.number, 0n)
  })

  it('stops where nobody can bring it', async () => {
    await assert.rejects(chain.execute(calling()), withCode('CHAIN_STOPPED'))
  })
})
