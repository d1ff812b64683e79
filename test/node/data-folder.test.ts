import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault } from '#base'
import { preset, testAccounts } from '#genesis'
import { openLevel } from '#storage'

import { openDataFolder, removeData } from '../../node/data-folder.ts'

describe('the data folder', () => {
  let root: string
  beforeEach(() => {
    root = path.join(mkdtempSync(path.join(tmpdir(), 'pars-data-')), 'a', 'b')
  })
  afterEach(() => rmSync(path.join(root, '../..'), { recursive: true, force: true }))

  it('is made with all above it, and keeps the first genesis that it was given', async () => {
    await openDataFolder(root, 'first')
    await openDataFolder(root, 'second')
    assert.deepEqual(readdirSync(root), ['genesis.json'])
    assert.equal(readFileSync(path.join(root, 'genesis.json'), 'utf8'), 'first')
  })

  it('is refused whole when its genesis cannot be put there, and no draft is left', async () => {
    mkdirSync(path.join(root, 'genesis.json', 'x'), { recursive: true })
    await assert.rejects(openDataFolder(root, 'text'), (error) =>
      isFault(error, 'NODE_DATA_UNWRITABLE'),
    )
    assert.deepEqual(readdirSync(root), ['genesis.json'])
  })

  it('is emptied of its chain, and of nothing else', async () => {
    const folder = await openDataFolder(root, 'text')
    await (await openLevel(folder.chain)).close()
    const dump = await folder.dump('one.json', '{}')
    await removeData(root, preset('devnet'))
    assert.deepEqual(readdirSync(root), ['dumps'])
    assert.ok(existsSync(dump))
    await removeData(path.join(root, 'never', 'made'), preset('devnet'))
  })

  it('keeps its chain where a committee orders: the order beside it goes on from there', async () => {
    const folder = await openDataFolder(root, 'text')
    await (await openLevel(folder.chain)).close()
    const [account] = testAccounts()
    assert.ok(account !== undefined)
    const validator = {
      account: account.address,
      publicKey: new Uint8Array(1952),
      stake: 1n,
      peerId: 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N',
      proof: new Uint8Array(3309),
    }
    const committee = { ...preset('devnet'), validators: [validator] }
    await assert.rejects(removeData(root, committee), { code: 'NODE_RESET_COMMITTEE' })
    assert.deepEqual(readdirSync(root).toSorted(), ['chain', 'genesis.json'])
  })

  it('never puts a genesis where there is one that it cannot read', async () => {
    mkdirSync(root, { recursive: true })
    const genesis = path.join(root, 'genesis.json')
    symlinkSync('genesis.json', genesis)
    await assert.rejects(openDataFolder(root, 'text'), { code: 'NODE_DATA_UNWRITABLE' })
    assert.ok(lstatSync(genesis).isSymbolicLink())
  })
})
