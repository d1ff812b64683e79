import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { hex } from '#base'
import { mlKem } from '#crypto'
import { kindNumbers, objectId } from '#mesh'

import { withMeshFolder } from '../../../node/mesh/bundle/folder.ts'
import { Command } from '../../e2e/node.ts'
import { objectsOf } from '../../mesh/bundle/courier.ts'
import { Seeded } from '../../seeded.ts'

const passphrase = 'correct horse battery'

async function run(...parameters: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await new Command(['bundle', ...parameters, '--json']).ended
  const answer = JSON.parse(code === 0 ? stdout : stderr) as Record<string, unknown>
  return { ...answer, exit: code }
}

describe('pars bundle', function () {
  this.timeout(120_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-bundle-'))
    writeFileSync(at('password'), `${passphrase}\n`, { mode: 0o600 })
    writeFileSync(at('wrong'), 'incorrect horse\n', { mode: 0o600 })
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  function at(name: string): string {
    return path.join(folder, name)
  }

  const secret = (name = 'password'): readonly string[] => ['--password-file', at(name)]

  it('carries a file from one folder to another', async () => {
    const content = new Seeded('map').bytes(200_000)
    writeFileSync(at('map.png'), content)
    const parameters = ['--data', at('one'), '--file', at('map.png'), '--lifetime', '30d']
    const written = await run('export', at('carried'), ...parameters, ...secret())
    assert.deepEqual([written['objects'], written['exit']], [1, 0])
    assert.equal(written['bytes'], statSync(at('carried')).size)

    const inspected = await run('inspect', at('carried'), ...secret())
    assert.equal(inspected['isComplete'], true)
    const bytes = 1 + 'map.png'.length + 200_000
    assert.deepEqual(inspected['kinds'], [{ kind: 'file', count: 1, bytes }])

    const into = ['--data', at('two'), '--files', at('.')]
    rmSync(at('map.png'))
    const imported = await run('import', at('carried'), ...into, ...secret())
    assert.deepEqual([imported['stored'], imported['files']], [1, [at('map.png')]])
    assert.deepEqual(new Uint8Array(readFileSync(at('map.png'))), content)
    const again = await run('import', at('carried'), ...into, ...secret())
    assert.deepEqual([again['stored'], again['known']], [0, 1])
    assert.deepEqual(again['files'], [at('map.png')])
  })

  it('puts no file in the place of another', async () => {
    writeFileSync(at('note.txt'), 'theirs')
    await run('export', at('notes'), '--data', at('one'), '--file', at('note.txt'), ...secret())
    writeFileSync(at('note.txt'), 'mine')
    const into = ['--data', at('three'), '--files', at('.')]
    const { files } = await run('import', at('notes'), ...into, ...secret())
    const [file] = files as readonly string[]
    assert.match(file!, /note-[0-9a-f]{16}\.txt$/)
    assert.equal(readFileSync(file!, 'utf8'), 'theirs')
    assert.equal(readFileSync(at('note.txt'), 'utf8'), 'mine')
    const taken = await run('export', at('notes'), '--data', at('one'), ...secret())
    assert.equal(taken['code'], 'NODE_FILE_EXISTS')
  })

  it('shows a wrong passphrase the size class alone', async () => {
    const { code, facts } = await run('inspect', at('carried'), ...secret('wrong'))
    assert.equal(code, 'MESH_BUNDLE_CLOSED')
    assert.deepEqual(facts, { sizeClass: statSync(at('carried')).size })
    const imported = await run('import', at('carried'), '--data', at('four'), ...secret('wrong'))
    assert.equal(imported['code'], 'MESH_BUNDLE_CLOSED')
  })

  it('takes a passphrase neither from the line nor from an open file, and no short one', async () => {
    const open = at('open')
    writeFileSync(open, `${passphrase}\n`, { mode: 0o644 })
    writeFileSync(at('short'), 'short\n', { mode: 0o600 })
    const exported = (...parameters: readonly string[]) =>
      run('export', at('never'), '--data', at('one'), ...parameters)
    assert.equal((await exported('--password-file', open))['code'], 'NODE_FILE_EXPOSED')
    assert.equal((await exported(...secret('short')))['code'], 'NODE_PASSWORD_SHORT')
    assert.equal((await exported())['code'], 'NODE_PASSWORD_SOURCE')
    assert.equal((await exported('--password', passphrase))['code'], 'NODE_USAGE')
    assert.throws(() => statSync(at('never')), { code: 'ENOENT' })
  })

  it('seals to a group or a recipient', async () => {
    const key = mlKem(768).generate(new Seeded('recipient'))
    writeFileSync(at('group'), hex(new Uint8Array(32).fill(9)), { mode: 0o600 })
    writeFileSync(at('public'), hex(key.publicKey))
    writeFileSync(at('seed'), hex(key.seed), { mode: 0o600 })
    const content = ['--data', at('one'), '--file', at('password')]
    await run('export', at('for-group'), ...content, '--group-key-file', at('group'))
    await run('export', at('for-one'), ...content, '--to', at('public'))
    const group = await run('inspect', at('for-group'), '--group-key-file', at('group'))
    const one = await run('inspect', at('for-one'), '--key-file', at('seed'))
    assert.deepEqual([group['isComplete'], one['isComplete']], [true, true])
    const other = await run('inspect', at('for-one'), ...secret())
    assert.equal(other['code'], 'MESH_BUNDLE_FORM')
  })

  it('chooses objects by kind, age and id', async () => {
    const data = at('store')
    const mail = objectsOf(3, 100)
    const transactions = objectsOf(2, 100, kindNumbers.transaction)
    await withMeshFolder(data, async ({ objects }) => {
      for (const { kind, body } of [...mail, ...transactions]) await objects.put(kind, body)
    })
    let number = 0
    const count = async (...parameters: readonly string[]): Promise<unknown> => {
      const file = at(`chosen-${number++}`)
      const answer = await run('export', file, '--data', data, ...parameters, ...secret())
      return answer['objects'] ?? answer['code']
    }
    assert.equal(await count(), 5)
    assert.equal(await count('--kind', 'mail'), 3)
    assert.equal(await count('--kind', '1,mail', '--age', '1h'), 5)
    assert.equal(await count('--id', hex(mail[0]!.id)), 1)
    assert.equal(await count('--id', hex(objectId(1, mail[0]!.body))), 'NODE_OBJECT_UNKNOWN')
  })
})
