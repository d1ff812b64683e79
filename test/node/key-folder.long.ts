/** Keystore files on a disk: who may read them, and what a crash leaves. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex, isFault, utf8 } from '#base'
import { formatKeystore, type Keystore, openKeystore } from '#identity'

import { KeyFolder, readKeyFile, writeKeyFile } from '../../node/keystore.ts'
import { writePrivate } from '../../node/private-file.ts'
import { password, seal } from '../identity/keys.ts'

const kills = 8
const noLink = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }))
const refusal = (code: string) => (error: unknown) => isFault(error, code)

/** Runs the writer to its end; `atLine` kills it once it has said so much. */
async function killed(folder: string, step: string, atLine = Infinity): Promise<string[]> {
  const program = path.join(import.meta.dirname, 'key-writer-process.ts')
  const writer = spawn(process.execPath, [program, folder, step], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(writer, 'close')
  let printed = ''
  for await (const chunk of writer.stdout) {
    printed += String(chunk)
    if (printed.split('\n').length > atLine) writer.kill('SIGKILL')
  }
  assert.deepEqual(await closed, [null, 'SIGKILL'])
  return printed.split('\n').slice(0, -1)
}

describe('the key folder', function () {
  this.timeout(60_000)

  const root = mkdtempSync(path.join(tmpdir(), 'pars-keys-'))
  let keystore: Keystore
  before(async () => {
    keystore = await seal()
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  it('keeps a key for its owner alone', async () => {
    const folder = path.join(root, 'own', 'keys')
    const keys = new KeyFolder(folder)
    const file = await keys.add(keystore)
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(await keys.list(), [{ file, keystore }])
    assert.deepEqual(await keys.find(keystore.address), [{ file, keystore }])
    await openKeystore((await readKeyFile(file)).keystore, password)
    assert.deepEqual(readdirSync(folder), [path.basename(file)])
  })

  it('never writes over a file', async () => {
    const keys = new KeyFolder(path.join(root, 'once'))
    const file = await keys.add(keystore)
    const before = readFileSync(file)
    const other = { ...keystore, nonce: new Uint8Array(12) }
    await assert.rejects(keys.add(other), refusal('NODE_KEY_PRESENT'))
    assert.deepEqual(readFileSync(file), before)
    assert.equal(readdirSync(path.dirname(file)).length, 1)
  })

  it('is written to by one of two at once', async () => {
    const keys = new KeyFolder(path.join(root, 'race'))
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => keys.add(keystore)))
    const added = outcomes.filter(({ status }) => status === 'fulfilled')
    assert.equal(added.length, 1)
    assert.equal((await keys.list()).length, 1)
  })

  it('is written to where the file system knows no links, and never over a file', async () => {
    for (const code of ['EPERM', 'ENOTSUP']) {
      const noLinks = noLink(code)
      const folder = path.join(root, `no-links-${code}`)
      const file = path.join(folder, 'backup.json')
      mkdirSync(folder)
      const content = formatKeystore(keystore)
      await writePrivate(file, content, noLinks)
      assert.deepEqual((await readKeyFile(file)).keystore, keystore)
      assert.equal(statSync(file).mode & 0o777, 0o600)
      const again = writePrivate(file, utf8('other'), noLinks)
      await assert.rejects(again, refusal('NODE_FILE_EXISTS'))
      assert.deepEqual(new Uint8Array(readFileSync(file)), content)
      assert.deepEqual(readdirSync(folder), ['backup.json'])
    }
    const nowhere = path.join(root, 'full.json')
    await assert.rejects(writePrivate(nowhere, utf8('x'), noLink('ENOSPC')), refusal('NODE_FILE'))
    assert.equal(existsSync(nowhere), false)
  })

  for (const mode of [0o604, 0o640, 0o602]) {
    it(`refuses a key that others may read or write (${mode.toString(8)})`, async function () {
      if (process.platform === 'win32') this.skip()
      const file = path.join(root, `exposed-${mode}.json`)
      await writeKeyFile(file, keystore)
      chmodSync(file, mode)
      await assert.rejects(readKeyFile(file), (error) => {
        return isFault(error, 'NODE_FILE_EXPOSED') && /FAT, exFAT/.test(error.cure ?? '')
      })
    })
  }

  it('shows what is wrong with a file beside the keys that are right', async () => {
    const folder = path.join(root, 'damaged')
    const keys = new KeyFolder(folder)
    const file = await keys.add(keystore)
    const damaged = path.join(folder, 'zz.json')
    writeFileSync(damaged, formatKeystore(keystore).with(40, 0), { mode: 0o600 })
    const [good, bad, ...rest] = await keys.list()
    assert.deepEqual(good, { file, keystore })
    assert.ok(bad !== undefined && 'fault' in bad && bad.file === damaged)
    assert.equal(bad.fault.code, 'IDENTITY_KEYSTORE_INVALID')
    assert.deepEqual(rest, [])
  })

  it('says of an account that it has no key, or that its file is damaged', async () => {
    const folder = path.join(root, 'search')
    const keys = new KeyFolder(folder)
    assert.deepEqual(await keys.list(), [])
    await assert.rejects(keys.find(keystore.address), refusal('NODE_KEY_UNKNOWN'))
    mkdirSync(folder)
    writeFileSync(path.join(folder, `${hex(keystore.address)}.json`), '{', { mode: 0o600 })
    await assert.rejects(keys.find(keystore.address), refusal('IDENTITY_KEYSTORE_INVALID'))
  })

  it('says why a file or folder does not serve', async () => {
    const file = path.join(root, 'file')
    writeFileSync(file, '')
    await assert.rejects(new KeyFolder(file).list(), refusal('NODE_FILE'))
    await assert.rejects(new KeyFolder(path.join(file, 'keys')).add(keystore), refusal('NODE_FILE'))
    await assert.rejects(readKeyFile(path.join(root, 'missing.json')), refusal('NODE_FILE'))
    await assert.rejects(
      writeKeyFile(path.join(root, 'no', 'key.json'), keystore),
      refusal('NODE_FILE'),
    )
  })

  for (const [step, isThere] of [
    ['open and write', false],
    ['half a write and the rest', false],
    ['write and sync', false],
    ['sync and link', false],
    ['link and removal of the draft', true],
    ['removal of the draft and sync of the folder', true],
  ] as const) {
    it(`holds the whole key or none after a kill between ${step}`, async () => {
      const folder = path.join(root, step)
      assert.deepEqual(await killed(folder, step), [])
      const keys = new KeyFolder(folder)
      const found = await keys.list()
      assert.equal(found.length, isThere ? 1 : 0)
      if (isThere) assert.deepEqual(await keys.find(keystore.address), found)
      else await keys.add(keystore)
      assert.equal((await keys.list()).length, 1)
    })
  }

  it(`holds all that it acknowledged after ${kills} kills at any time`, async () => {
    const folder = path.join(root, 'killed')
    const acknowledged: string[] = []
    for (let round = 0; round < kills; round++) {
      acknowledged.push(...(await killed(folder, '', 1 + (round % 5))))
    }
    assert.ok(acknowledged.length >= kills)
    for (const file of acknowledged) assert.ok(existsSync(file), file)
    for (const one of await new KeyFolder(folder).list()) {
      assert.ok('keystore' in one, one.file)
      assert.deepEqual(one.keystore.sealed, keystore.sealed)
    }
  })
})
