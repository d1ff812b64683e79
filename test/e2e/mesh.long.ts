import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { usualPath } from '../../node/ipc.ts'
import { freePorts } from './cluster.ts'
import { Command, type Ended } from './node.ts'

/** An address that nobody has. */
const nobody = 'pars1qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurswpc8qurszdnquw'

interface Letter {
  readonly number: number
  readonly from: string | null
  readonly kind: string
  readonly text?: string
  readonly name?: string
  readonly size?: number
}

/** A node of the mesh, which may be killed and started again. */
class Station {
  readonly data: string
  readonly #media: readonly string[]
  #running: Command | undefined
  address = ''

  constructor(data: string, media: readonly string[]) {
    this.data = data
    this.#media = media
  }

  async up(...flags: string[]): Promise<void> {
    const media = this.#media.flatMap((medium) => ['--medium', medium])
    this.#running = new Command(['mesh', 'up', '--data', this.data, ...media, ...flags])
    const [address] = await this.#running.printed(/^pars1\S{58}$/m)
    this.address = address
  }

  async ask(name: string, ...flags: string[]): Promise<Ended> {
    const ended = await this.try(name, ...flags)
    assert.equal(ended.code, 0, ended.stderr)
    return ended
  }

  try(name: string, ...flags: string[]): Promise<Ended> {
    return new Command(['mesh', name, '--data', this.data, ...flags]).ended
  }

  async inbox(): Promise<readonly Letter[]> {
    const { stdout } = await this.ask('inbox', '--json')
    return JSON.parse(stdout) as readonly Letter[]
  }

  /** Those that have come, once there are so many. */
  async received(count: number): Promise<readonly Letter[]> {
    for (;;) {
      const letters = await this.inbox()
      if (letters.length >= count) return letters
      await this.#running?.printed(new RegExp(`received number=${letters.length + 1} `))
    }
  }

  async end(signal: NodeJS.Signals): Promise<Ended | undefined> {
    return this.#running?.kill(signal)
  }
}

describe('nodes of the mesh, each a process', function () {
  this.timeout(120_000)
  let folder: string
  let stations: Station[]

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'pars-mesh-'))
    stations = []
  })
  afterEach(async () => {
    await Promise.all(stations.map((station) => station.end('SIGKILL')))
    await rm(folder, { recursive: true, force: true })
  })

  const station = (name: string, ...media: string[]): Station => {
    const one = new Station(path.join(folder, name), media)
    stations.push(one)
    return one
  }

  it('hand texts and files to each other over a third, by UDP and TCP', async () => {
    const left = await freePorts(3)
    const [right, tcp] = [left + 1, left + 2]
    const a = station('a', `udp://127.0.0.1:${right}?listen=127.0.0.1:${left}`)
    const relay = station(
      'r',
      `udp://127.0.0.1:${left}?listen=127.0.0.1:${right}`,
      `tcp-listen://127.0.0.1:${tcp}`,
    )
    const b = station('b', `tcp://127.0.0.1:${tcp}`)
    await relay.up()
    await Promise.all([a.up(), b.up()])
    await a.ask('send', b.address, 'is anybody there?')
    const file = path.join(folder, 'map.bin')
    await writeFile(file, Buffer.alloc(100_000, 'map '))
    await a.ask('send', b.address, '--file', file)
    await b.ask('send', a.address, '--anonymous', 'yes')
    const [text, map] = await b.inbox()
    assert.equal(text?.text, 'is anybody there?')
    assert.equal(text.from, a.address)
    assert.deepEqual([map?.name, map?.size], ['map.bin', 100_000])
    const [answer] = await a.inbox()
    assert.deepEqual([answer?.text, answer?.from], ['yes', null])
    assert.deepEqual(await relay.inbox(), [])
    const saved = path.join(folder, 'saved.bin')
    await b.ask('inbox', '--save', '2', '--to', saved)
    assert.deepEqual(await readFile(saved), await readFile(file))
    const again = await b.try('inbox', '--save', '2', '--to', saved, '--json')
    assert.match(again.stderr, /NODE_FILE_EXISTS/)
    await b.ask('inbox', '--remove', '1')
    assert.deepEqual(
      (await b.inbox()).map(({ number }) => number),
      [2],
    )
  })

  it('keep what is to be sent over a kill, and hand it over once', async () => {
    const drop = await mkdtemp(path.join(folder, 'stick-'))
    const a = station('a', `drop:${drop}`)
    const b = station('b', `drop:${drop}`)
    await b.up()
    await b.end('SIGKILL')
    await a.up()
    for (const text of ['one', 'two']) await a.ask('send', '--no-wait', b.address, text)
    assert.match((await a.ask('outbox')).stdout, /one[^]*two/)
    await a.end('SIGKILL')
    await Promise.all([a.up(), b.up()])
    const letters = await b.received(2)
    assert.deepEqual(
      letters.map(({ text }) => text),
      ['one', 'two'],
    )
    await b.end('SIGKILL')
    await b.up()
    assert.equal((await b.inbox()).length, 2)
    assert.equal(b.address, (await b.ask('status')).stdout.match(/pars1\S+/)?.[0])
  })

  it('refuse with the cure what can’t be', async () => {
    const port = await freePorts(1)
    const a = station('a', `tcp-listen://127.0.0.1:${port}`)
    assert.match((await a.try('status')).stderr, /NODE_UNREACHABLE/)
    await a.up()
    for (const [pattern, ...parameters] of [
      [/this is no address/, 'send', 'pars1nobody', 'hello'],
      [/give a text or a --file/, 'send', a.address],
      [/NODE_FILE/, 'send', a.address, '--file', path.join(folder, 'absent')],
      [/MESH_MEDIUM/, 'media', '--add', 'pigeon://home'],
      [/MESH_MEDIUM/, 'media', '--add', `tcp-listen://127.0.0.1:${port}`],
      [/MESH_LETTER_ABSENT/, 'inbox', '--save', '7'],
      [/MESH_LETTER_ABSENT/, 'inbox', '--remove', '7'],
    ] as const) {
      const [name, ...flags] = parameters
      const { code, stderr } = await a.try(name, ...flags)
      assert.match(stderr, pattern)
      assert.notEqual(code, 0)
    }
    const second = new Command(['mesh', 'up', '--data', a.data, '--medium', 'lan://'])
    assert.match((await second.ended).stderr, /STORE_LOCKED/)
  })

  it('take media away and on while they run', async () => {
    const left = await freePorts(2)
    const right = left + 1
    const a = station('a', `udp://127.0.0.1:${right}?listen=127.0.0.1:${left}&name=road`)
    const b = station('b', `udp://127.0.0.1:${left}?listen=127.0.0.1:${right}`)
    await Promise.all([a.up(), b.up()])
    await a.ask('send', b.address, 'by the road')
    await a.ask('media', '--remove', 'road')
    await a.ask('send', '--no-wait', b.address, 'by the stick')
    const drop = `drop:${await mkdtemp(path.join(folder, 'stick-'))}`
    await a.ask('media', '--add', drop)
    await b.ask('media', '--add', drop)
    assert.deepEqual(
      (await b.received(2)).map(({ text }) => text),
      ['by the road', 'by the stick'],
    )
  })

  it('end when they are told to, with a letter that waits and somebody connected', async () => {
    const a = station('a', `drop:${await mkdtemp(path.join(folder, 'stick-'))}`)
    await a.up('--no-public')
    for (const text of ['one', 'two', 'three']) await a.ask('send', '--no-wait', nobody, text)
    assert.match((await a.ask('outbox', '--after', '2')).stdout, /^3 [^]*three\n$/)
    const idle = connect(usualPath(a.data))
    await once(idle, 'connect')
    const ended = await a.end('SIGTERM')
    assert.equal(ended?.code, 0)
    await a.up()
    assert.match((await a.ask('outbox')).stdout, /one[^]*two[^]*three/)
    const again = await a.end('SIGTERM')
    assert.equal(again?.code, 0)
  })

  it('end when they can’t start', async () => {
    const a = station('a', `drop:${await mkdtemp(path.join(folder, 'stick-'))}`)
    await a.up()
    await a.ask('send', '--no-wait', nobody, 'hello')
    await a.end('SIGTERM')
    await mkdir(usualPath(a.data))
    const second = await new Command(['mesh', 'up', '--data', a.data, '--medium', 'lan://']).ended
    assert.match(second.stderr, /NODE_IPC/)
    assert.notEqual(second.code, 0)
  })

  it('say that a letter was not delivered when it was cancelled', async () => {
    const a = station('a', `drop:${await mkdtemp(path.join(folder, 'stick-'))}`)
    await a.up('--no-public')
    const sending = new Command(['mesh', 'send', '--data', a.data, nobody, 'hello'])
    await sending.printed(/number 1/)
    await a.ask('outbox', '--cancel', '1')
    const { code, stdout, stderr } = await sending.ended
    assert.notEqual(code, 0)
    assert.match(stderr, /MESH_LETTER_OUTCOME/)
    assert.doesNotMatch(stdout, /delivered/)
    assert.match((await a.try('announce')).stderr, /MESH_PRIVATE/)
  })
})
