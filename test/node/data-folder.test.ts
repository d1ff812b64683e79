import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault } from '#base'
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
    await removeData(root)
    assert.deepEqual(readdirSync(root), ['dumps'])
    assert.ok(existsSync(dump))
    await removeData(path.join(root, 'never', 'made'))
  })
})
