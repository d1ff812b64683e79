import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { isFault, silent } from '#base'
import { limits } from '#rpc'

import { openIpc } from '../../node/ipc.ts'
import { sign } from './fixture-chain.ts'
import { serve, type Served } from './fixture-server.ts'
import { StreamClient } from './socket-client.ts'

const request = (id: number, method = 'eth_chainId') =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params: [] })

describe('JSON-RPC over IPC', () => {
  let folder: string
  let served: Served
  let place: string
  let ipc: AsyncDisposable
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-ipc-'))
    place = path.join(folder, 'pars.ipc')
    served = await serve()
    ipc = (await openIpc(served.server, { data: folder, log: silent }))!
  })
  afterEach(async () => {
    await served.server.close()
    await ipc[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers through a socket that only its owner may open, and takes it away', async () => {
    assert.equal(statSync(place).mode & 0o777, 0o600)
    assert.ok(statSync(place).isSocket())
    const client = await StreamClient.open(place)
    assert.equal(await client.ask('eth_chainId'), '0x1c3b')
    assert.equal(served.server.facts().connections.ipc, 1)
    await client.close()
    await served.server.close()
    await ipc[Symbol.asyncDispose]()
    assert.ok(!existsSync(place))
  })

  it('takes requests one after the other, in pieces, and with nothing between them', async () => {
    const client = await StreamClient.open(place)
    const texts = [request(1), request(2), `[${request(3)},${request(4)}]`, request(5)]
    const stream = Buffer.from(`${texts[0]}${texts[1]}\n${texts[2]} \r\n\t${texts[3]}`)
    for (const byte of stream) client.socket.write(Uint8Array.of(byte))
    const messages = await client.until(() =>
      client.messages.length === 4 ? (client.messages as unknown[]) : undefined,
    )
    const ids = messages.map((one) =>
      Array.isArray(one) ? one.map(({ id }: { id: number }) => id) : (one as { id: number }).id,
    )
    assert.deepEqual(ids, [1, 2, [3, 4], 5])
    await client.close()
  })

  it('reads text that is cut inside of a character', async () => {
    const client = await StreamClient.open(place)
    const text = Buffer.from('{"jsonrpc":"2.0","id":"عشق 🌹","method":"eth_chainId"}')
    for (const byte of text) client.socket.write(Uint8Array.of(byte))
    const [answer] = (await client.until(() =>
      client.messages.length > 0 ? client.messages : undefined,
    )) as { id: unknown }[]
    assert.equal(answer?.id, 'عشق 🌹')
    await client.close()
  })

  it('notifies, and ends what a client followed when it leaves', async () => {
    const client = await StreamClient.open(place)
    const heads = await client.ask<string>('eth_subscribe', 'newHeads')
    served.chain.commit([sign(0)], [])
    const told = await client.toldAtLeast<{ number: string }>(2, heads)
    assert.deepEqual(
      told.map(({ number }) => Number(number)),
      [3, 4],
    )
    await client.close()
    const other = await StreamClient.open(place)
    while (served.server.facts().subscriptions > 0) await other.ask('eth_chainId')
    await other.close()
  })

  it('answers what is wrong inside of a value and goes on, and ends behind what is none', async () => {
    const client = await StreamClient.open(place)
    client.send('{"a":}')
    client.send(request(1))
    await client.until(() => (client.messages.length === 2 ? true : undefined))
    const codes = client.messages.map((one) => 'error' in one && one.error?.code)
    assert.deepEqual(codes, [-32700, false])
    client.send(`oops ${request(2)}`)
    await client.until(() => client.isClosed || undefined)
    const last = client.messages.at(-1)
    assert.equal(last !== undefined && 'error' in last && last.error?.data?.['code'], 'RPC_PARSE')
    assert.equal(client.messages.length, 3)
  })

  it('ends on what is no UTF-8, and on more than a request may have', async () => {
    for (const [bytes, code] of [
      [Uint8Array.of(0x7b, 0x22, 0xff, 0x22), 'RPC_PARSE'],
      [Buffer.from(`["${'x'.repeat(limits.requestBytes.value)}`), 'RPC_BODY_TOO_LARGE'],
    ] as const) {
      const client = await StreamClient.open(place)
      client.socket.write(bytes)
      await client.until(() => client.isClosed || undefined)
      const [answer] = client.messages
      assert.equal(answer !== undefined && 'error' in answer && answer.error?.data?.['code'], code)
    }
  })

  it('answers what a client asked that has said all', async () => {
    const client = await StreamClient.open(place)
    const many = 3 * limits.socketCalls.value
    const requests = Array.from({ length: many }, (_, id) => request(id, 'eth_gasPrice'))
    client.socket.end(requests.join(''))
    await client.until(() => client.isClosed || undefined)
    const ids = client.messages.map((one) => 'id' in one && one.id)
    assert.deepEqual(
      ids,
      requests.map((_, id) => id),
    )
  })

  it('has so many connections, and says so', async () => {
    const clients: StreamClient[] = []
    while (clients.length < limits.streams.value) clients.push(await StreamClient.open(place))
    const refused = await StreamClient.open(place)
    await refused.until(() => refused.isClosed || undefined)
    const [answer] = refused.messages
    assert.equal(
      answer !== undefined && 'error' in answer && answer.error?.data?.['code'],
      'RPC_CONNECTIONS_FULL',
    )
    assert.equal(await clients[0]!.ask('eth_chainId'), '0x1c3b')
    await Promise.all(clients.map((client) => client.close()))
  })

  it('never takes the place of a file, or of a node that answers', async () => {
    const at = { ipc: place, data: folder, log: silent }
    await assert.rejects(openIpc(served.server, at), (error) => isFault(error, 'NODE_IPC_USED'))
    const file = path.join(folder, 'notes.txt')
    writeFileSync(file, 'mine')
    await assert.rejects(openIpc(served.server, { ...at, ipc: file }), (error) =>
      isFault(error, 'NODE_IPC'),
    )
    assert.equal(statSync(file).size, 4)
    const locked = path.join(folder, 'locked')
    const foreign = createServer()
    await new Promise<void>((resolve) => foreign.listen(locked, resolve))
    chmodSync(locked, 0)
    await assert.rejects(openIpc(served.server, { ...at, ipc: locked }), (error) =>
      isFault(error, 'NODE_IPC_USED'),
    )
    await new Promise((resolve) => foreign.close(resolve))
  })

  it('is nowhere when it is turned off, and where no path can be so long', async () => {
    const off = { ipc: 'none', data: folder, log: silent }
    assert.equal(await openIpc(served.server, off), undefined)
    const long = path.join(folder, 'x'.repeat(120))
    assert.equal(await openIpc(served.server, { data: long, log: silent }), undefined)
    await assert.rejects(
      openIpc(served.server, { ipc: path.join(long, 'a'), data: folder, log: silent }),
      (error) => isFault(error, 'NODE_IPC'),
    )
    await assert.rejects(
      openIpc(served.server, { ipc: path.join(folder, 'no', 'a'), data: folder, log: silent }),
      (error) => isFault(error, 'NODE_IPC'),
    )
  })
})
