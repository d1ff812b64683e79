import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { newToken, removeTokenFile, writeTokenFile } from '../../node/proxy/token-file.ts'

describe('the token of a proxy', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'pars-token-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('has 256 bits, other ones each time', () => {
    const tokens = new Set(Array.from({ length: 100 }, newToken))
    assert.equal(tokens.size, 100)
    for (const token of tokens) assert.match(token, /^[0-9a-f]{64}$/)
  })

  it('takes the place of one that a killed proxy left, for its owner alone', async () => {
    const left = path.join(folder, 'proxy-8546.token')
    writeFileSync(left, 'left\n', { mode: 0o644 })
    const token = newToken()
    assert.equal(await writeTokenFile(folder, 8546, token), left)
    assert.equal(readFileSync(left, 'utf8'), `${token}\n`)
    if (process.platform !== 'win32') assert.equal(statSync(left).mode & 0o777, 0o600)
  })

  it('is removed with its proxy, but not with another', async () => {
    const token = newToken()
    const file = await writeTokenFile(path.join(folder, 'new'), 1, token)
    await removeTokenFile(file, newToken())
    assert.equal(existsSync(file), true)
    await removeTokenFile(file, token)
    assert.equal(existsSync(file), false)
    await removeTokenFile(file, token)
  })
})
