import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { kindNumbers, objectId } from '#mesh'

import { exportFile } from '../../../node/mesh/bundle/export.ts'
import { placeFile, sourceOf, writePieces } from '../../../node/mesh/bundle/file.ts'
import { withMeshFolder } from '../../../node/mesh/bundle/folder.ts'
import { importFile, type ImportedFile } from '../../../node/mesh/bundle/import.ts'
import { groupKey, objectsOf } from '../../mesh/bundle/courier.ts'

const group = { kind: 'group', key: groupKey } as const

async function* failing(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10)
  throw new Error('no more')
}

describe('a bundle on disk', function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-bundle-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function at(name: string): string {
    return path.join(folder, name)
  }

  function exported(name: string, files: readonly string[] = []): ReturnType<typeof exportFile> {
    return exportFile({
      data: at('from'),
      file: at(name),
      to: group,
      selection: files.length > 0 ? undefined : {},
      files,
      wanted: [],
      lifetime: 0,
      progress: () => undefined,
    })
  }

  function imported(name: string, data: string): Promise<ImportedFile> {
    return importFile({
      data: at(data),
      file: at(name),
      by: group,
      takesExpired: false,
      files: at(''),
      progress: () => undefined,
    })
  }

  it('goes on after kill -9 in the middle of an import, and misses nothing', async () => {
    const mail = objectsOf(4500, 2000)
    await withMeshFolder(at('from'), async ({ objects }) => {
      await Promise.all(mail.map(({ kind, body }) => objects.put(kind, body)))
    })
    await exported('large')
    const child = path.join(import.meta.dirname, 'bundle-import-process.ts')
    // The second and third begin behind what the one before has stored.
    for (const bytes of [1_000_000, 6_000_000, 6_000_000]) {
      const parameters = [child, at('to'), at('large'), groupKey.toHex(), String(bytes)]
      const { signal, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' })
      assert.equal(signal, 'SIGKILL', stderr)
    }
    const { isComplete, resumed, known } = await imported('large', 'to')
    assert.equal(isComplete, true)
    assert(resumed > 64, `${resumed}`)
    // Those of the one group that was not noted, and of the chunk it is read from.
    assert(known < 1100, `${known}`)
    await withMeshFolder(at('to'), async ({ objects }) => {
      assert.equal(objects.count, mail.length)
      assert(mail.every(({ id }) => objects.get(id) !== undefined))
    })
    truncateSync(at('large'), 5_000_000)
    const partial = await imported('large', 'elsewhere')
    assert.equal(partial.isComplete, false)
    assert(partial.stored > 2000, `${partial.stored}`)
  })

  it('carries files, and gives none the place of another', async () => {
    writeFileSync(at('note.txt'), 'theirs')
    await exported('carried', [at('note.txt'), at('note.txt')])
    const same = await imported('carried', 'to')
    assert.deepEqual([same.stored, same.files], [1, [at('note.txt')]])
    writeFileSync(at('note.txt'), 'mine')
    const [file] = (await imported('carried', 'to')).files
    assert.match(file!, /note-[0-9a-f]{16}\.txt$/)
    assert.equal(readFileSync(file!, 'utf8'), 'theirs')
    assert.equal(readFileSync(at('note.txt'), 'utf8'), 'mine')
    assert.deepEqual((await imported('carried', 'to')).files, [file])
  })

  it('keeps a file with a name that leads out of the folder as an object alone', async () => {
    const body = new TextEncoder().encode('\u000b../evil.txtx')
    await withMeshFolder(at('from'), async ({ objects }) => {
      await objects.put(kindNumbers.file, body)
    })
    await exported('carried')
    const { stored, files } = await imported('carried', 'to')
    assert.deepEqual([stored, files], [1, []])
    assert.deepEqual(readdirSync(folder).toSorted(), ['carried', 'from', 'to'])
  })

  it('has places for files of one name, as many as have other content', async () => {
    const places = []
    for (const text of ['one', 'two', 'one']) {
      const content = new TextEncoder().encode(text)
      const id = objectId(kindNumbers.file, content)
      places.push(await placeFile(folder, { name: 'a.txt', content }, id))
    }
    assert.equal(new Set(places).size, 2)
    assert.equal(readFileSync(places[1]!, 'utf8'), 'two')
  })

  it('is written whole or not at all, and never over another file', async () => {
    await assert.rejects(
      writePieces(at('new'), failing(), () => undefined),
      /no more/,
    )
    assert.deepEqual(readdirSync(folder), [])
    writeFileSync(at('new'), 'old')
    await assert.rejects(exported('new'), { code: 'NODE_FILE_EXISTS' })
    assert.equal(readFileSync(at('new'), 'utf8'), 'old')
    await assert.rejects(imported('missing', 'to'), { code: 'NODE_FILE' })
    assert.deepEqual(await Array.fromAsync(sourceOf(at('new'))(1)), [new Uint8Array([108, 100])])
  })
})
