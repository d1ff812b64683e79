import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { isFault } from '#base'

import { DropFolder } from '../../../../node/mesh/media/drop-folder.ts'
import { openMedium } from '../../../../node/mesh/media/index.ts'
import { limits } from '../../../../node/mesh/media/limits.ts'
import { systemRandom } from '../../../../node/random.ts'
import { ManualClock } from '../../../manual-clock.ts'
import { Seeded } from '../../../seeded.ts'
import { type Folder, makeFolder } from './folder.ts'
import { numbered } from './numbered.ts'
import { Events, Station } from './station.ts'

function hexName(): string {
  return systemRandom.bytes(16).toHex()
}

describe('drop medium and its folder', function () {
  this.timeout(20_000)
  let folder: Folder
  let events: Events

  beforeEach(async () => {
    folder = await makeFolder()
    events = new Events()
  })
  afterEach(() => folder.remove())

  const open = (): Station => new Station(openMedium(`drop:${folder.path}`, events.ports), events)

  it('gives all that it has taken to who comes later, and nothing back to itself', async () => {
    const random = new Seeded('later')
    const sent = Array.from({ length: 50 }, () => random.bytes(300))
    const early = open()
    await early.start()
    await Promise.all(sent.map((cell) => early.medium.send(cell)))
    const late = open()
    await late.start()
    for (const cell of sent) await late.hears(cell)
    await late.medium.stop()
    await early.medium.stop()
    assert.equal(late.count, 50)
    assert.equal(early.count, 0)
    // Those that came together share a file.
    assert.ok((await readdir(folder.path)).length <= 3)
  })

  it('keeps what was taken, and only whole cells, through kill -9', async () => {
    const program = path.join(import.meta.dirname, 'drop-writer-process.ts')
    const child = spawn(process.execPath, [program, folder.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.split('\n').length > 20) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const taken = Number(said.trimEnd().split('\n').at(-1))
    assert.ok(taken >= 80)
    const reader = open()
    await reader.start()
    for (let number = 0; number < taken; number++) await reader.hears(numbered(number))
    await reader.medium.stop()
    for (const heard of reader.heard.keys()) {
      const cell = Uint8Array.fromHex(heard)
      const number = Number.parseInt(heard.slice(0, 8), 16)
      assert.deepEqual(cell, numbered(number))
    }
  })

  it('waits for a folder that is not there, and never makes it', async () => {
    await folder.remove()
    const station = open()
    await station.start()
    const [first] = events.lines
    assert.equal(first?.message, 'a folder can’t be read')
    const sent = station.medium.send(new Uint8Array(30))
    await assert.rejects(sent, (error) => isFault(error, 'MESH_MEDIUM'))
    await station.medium.stop()
    await assert.rejects(readdir(folder.path))
  })

  it('takes up a folder that comes back with cells of others', async () => {
    const clock = new ManualClock()
    const away = `${folder.path}-away`
    const writer = open()
    await writer.start()
    const cell = new Seeded('back').bytes(99)
    await writer.medium.send(cell)
    await writer.medium.stop()
    await rename(folder.path, away)
    const medium = openMedium(`drop:${folder.path}`, { ...events.ports, clock })
    const station = new Station(medium, events)
    await station.start()
    await rename(away, folder.path)
    clock.advance(limits.dropPoll.value)
    await station.hears(cell)
    await medium.stop()
    assert.equal(clock.timers, 0)
  })

  it('looks at nothing that has another name, is too large, or is no file', async () => {
    const { dropFileBytes } = limits
    await writeFile(
      path.join(folder.path, `${hexName()}.cells`),
      new Uint8Array(dropFileBytes.value + 1),
    )
    await writeFile(path.join(folder.path, `${hexName()}.part`), 'unfinished')
    await writeFile(path.join(folder.path, 'letter.txt'), 'dear')
    await mkdir(path.join(folder.path, `${hexName()}.cells`))
    const drop = new DropFolder(folder.path, { clock: new ManualClock(), random: systemRandom })
    await drop.look(() => assert.fail('nothing of these is'))
  })

  it('removes what it has seen for a week, whatever the clocks of others say', async () => {
    const clock = new ManualClock()
    const drop = new DropFolder(folder.path, { clock, random: systemRandom })
    const old = path.join(folder.path, `${hexName()}.cells`)
    await writeFile(old, 'of 1970')
    await utimes(old, 0, 0)
    await writeFile(path.join(folder.path, 'letter.txt'), 'dear')
    const taken: number[] = []
    await drop.look((content) => void taken.push(content.length))
    assert.deepEqual(taken, [7])
    assert.equal((await readdir(folder.path)).length, 2)
    clock.advance(limits.dropAge.value + 1)
    await drop.look(() => assert.fail('it was taken'))
    assert.deepEqual(await readdir(folder.path), ['letter.txt'])
  })

  it('makes room in a folder that somebody fills, the oldest first', async () => {
    const most = limits.dropFiles.value
    const names = Array.from({ length: most + 10 }, () => `${hexName()}.cells`)
    for (const name of names) await writeFile(path.join(folder.path, name), '')
    const drop = new DropFolder(folder.path, { clock: new ManualClock(), random: systemRandom })
    await drop.look(() => {})
    assert.equal((await readdir(folder.path)).length, most + 10 - most / 4)
    await rm(folder.path, { recursive: true })
  })
})
