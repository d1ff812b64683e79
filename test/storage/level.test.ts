import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

import { isFault } from '#base'
import { openLevel, type Store } from '#storage'

const program = path.join(import.meta.dirname, 'level-process.ts')
const one = Uint8Array.of(1)
const value = Uint8Array.of(11)

describe('LevelDB on a disk', () => {
  let folder: string
  let stores: Store[]
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-level-'))
    stores = []
  })
  afterEach(async () => {
    for (const store of stores) await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(): Promise<Store> {
    const store = await openLevel(folder)
    stores.push(store)
    return store
  }

  it('holds after it is opened again what was written before', async () => {
    const first = await open()
    await first.write([{ type: 'put', key: one, value }], { sync: true })
    await first.close()
    assert.deepEqual((await open()).get(one), value)
  })

  it('creates the folder and those above it', async () => {
    folder = path.join(folder, 'a', 'b')
    assert.equal((await open()).get(one), undefined)
  })

  it('refuses a second process while the first has it open', async () => {
    const process = spawn(globalThis.process.execPath, [program, 'hold', folder])
    const [line] = (await once(process.stdout, 'data')) as [Buffer]
    assert.equal(String(line), 'open\n')
    await assert.rejects(openLevel(folder), (error) => isFault(error, 'STORE_LOCKED'))
    process.stdin.end('done\n')
    await once(process, 'exit')
    await open()
  })

  it('lets a second thread read what the first wrote, and the first what the second wrote', async () => {
    const store = await open()
    await store.write([{ type: 'put', key: one, value }], { sync: false })
    const worker = new Worker(path.join(import.meta.dirname, 'level-worker.ts'), {
      workerData: folder,
    })
    const [answer] = (await once(worker, 'message')) as [unknown]
    assert.deepEqual(answer, { found: value, inSnapshot: undefined })
    await once(worker, 'exit')
    assert.deepEqual(store.get(Uint8Array.of(2)), Uint8Array.of(22))
  })

  it('says STORE_UNWRITABLE for a folder that is a file', async () => {
    const file = path.join(folder, 'file')
    writeFileSync(file, 'no folder')
    await assert.rejects(openLevel(file), (error) => isFault(error, 'STORE_UNWRITABLE'))
    await assert.rejects(openLevel(path.join(file, 'below')), (error) =>
      isFault(error, 'STORE_UNWRITABLE'),
    )
  })

  it('says STORE_CORRUPT for a folder whose files are damaged', async () => {
    await (await open()).close()
    writeFileSync(path.join(folder, 'CURRENT'), 'garbage')
    await assert.rejects(openLevel(folder), (error) => isFault(error, 'STORE_CORRUPT'))
  })

  it('says STORE_UNWRITABLE for a folder whose lock cannot be made', async () => {
    mkdirSync(path.join(folder, 'LOCK'))
    await assert.rejects(openLevel(folder), (error) => isFault(error, 'STORE_UNWRITABLE'))
  })

  it('says STORE_FULL when there is no room, and keeps every batch that it had confirmed', async function () {
    if (globalThis.process.platform === 'win32') this.skip()
    const script = `ulimit -f 600; exec "$0" "$1" fill "$2"`
    const process = spawn('sh', ['-c', script, globalThis.process.execPath, program, folder])
    let output = ''
    process.stdout.on('data', (data) => (output += String(data)))
    await once(process, 'exit')
    const lines = output.trimEnd().split('\n')
    assert.equal(lines.at(-1), 'STORE_FULL')
    const confirmed = lines.slice(1, -1).map(Number)
    assert.ok(confirmed.length > 0)
    const store = await open()
    for (const batch of confirmed) {
      assert.equal(store.get(Uint8Array.of(batch >> 8, batch & 255))?.length, 50_000)
    }
  })
})
