import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { jsonLine, methodsOf, scopeOf, valueOf } from '../../node/attach/scope.ts'
import { IpcClient } from '../../node/ipc-client.ts'
import { limits } from '../../node/limits.ts'
import type { RpcAsker } from '../../node/rpc-client.ts'
import { withCode } from '../chain/engine/network.ts'
import { ManualClock } from '../manual-clock.ts'

/** Answers with what it was asked. */
class Echo implements RpcAsker {
  readonly asked: unknown[][] = []

  async ask<Result>(method: string, ...params: unknown[]): Promise<Result> {
    this.asked.push([method, ...params])
    const names = ['eth_blockNumber', 'rpc.discover', 'rpc_modules', 'no name', '__proto___x', 7]
    const answer = method === 'rpc.discover' ? { methods: names.map((name) => ({ name })) } : params
    return answer as Result
  }
}

describe('what can be said to a node', () => {
  it('is each method that it names, below its namespace and by itself', async () => {
    const node = new Echo()
    const methods = await methodsOf(node)
    assert.deepEqual(methods, ['eth_blockNumber', 'rpc.discover', 'rpc_modules'])
    const scope = scopeOf(node, methods)
    for (const text of [
      'eth.blockNumber(1n, { a: [16n] })',
      'eth_blockNumber(1n, { a: [16n] })',
      "call('eth_blockNumber', 1n, { a: [16n] })",
    ]) {
      assert.equal(jsonLine(await valueOf(text, scope)), '["0x1",{"a":["0x10"]}]\n')
    }
    assert.deepEqual(
      node.asked.slice(1),
      Array.from({ length: 3 }, () => ['eth_blockNumber', '0x1', { a: ['0x10'] }]),
    )
    assert.equal(jsonLine(await valueOf('(await rpc.discover()).methods.length + 1', scope)), '7\n')
  })

  it('has the language around it and nothing of this process', async () => {
    const scope = scopeOf(new Echo(), ['eth_chainId'])
    for (const name of ['process', 'require', 'fetch', 'Buffer']) {
      assert.equal(await valueOf(`typeof ${name}`, scope), 'undefined')
    }
    await assert.rejects(valueOf('1 +', scope))
    await assert.rejects(valueOf('eth.unknown()', scope))
  })

  it('shows nothing that a terminal would obey', () => {
    assert.equal(
      jsonLine({ a: '\u001b[2J\u009b\u202e\n' }),
      '{"a":"\\u001b[2J\\u009b\\u202e\\n"}\n',
    )
    assert.equal(jsonLine(undefined), 'null\n')
  })
})

describe('the client of a socket', () => {
  let folder: string
  let server: Server
  let place: string
  let answer: (line: string, socket: Socket) => void
  before(async function () {
    if (process.platform === 'win32') this.skip()
    folder = mkdtempSync(path.join(tmpdir(), 'pars-ipc-'))
    place = path.join(folder, 'x.ipc')
    server = createServer((socket) => {
      socket.on('error', () => undefined)
      let text = ''
      socket.on('data', (data) => {
        text += String(data)
        for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
          answer(text.slice(0, end), socket)
          text = text.slice(end + 1)
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(place, resolve))
  })
  after(() => {
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('gives each question its answer, whatever their order and pieces', async () => {
    const held: string[] = []
    answer = (line, socket) => {
      const { id, params } = JSON.parse(line) as { id: number; params: unknown }
      held.push(`${JSON.stringify({ jsonrpc: '2.0', id, result: params })}\n`)
      if (held.length < 3) return
      socket.write('{"jsonrpc":"2.0","method":"eth_subscription","params":{}}\n')
      const text = held.toReversed().join('')
      for (const part of [text.slice(0, 9), text.slice(9, 60), text.slice(60)]) socket.write(part)
    }
    const client = await IpcClient.open(place)
    const asked = ['a', 'b', 'c'].map((one) => client.ask('echo', one))
    assert.deepEqual(await Promise.all(asked), [['a'], ['b'], ['c']])
    client.close()
  })

  it('tells a refusal from a node that is gone', async () => {
    answer = (line, socket) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string }
      if (method === 'die') socket.destroy()
      else if (method === 'babble') socket.write('no JSON\n')
      else socket.write(`${JSON.stringify({ id, error: { code: -32601, message: 'no such' } })}\n`)
    }
    const client = await IpcClient.open(place)
    await assert.rejects(client.ask('x'), withCode('NODE_REFUSED'))
    await assert.rejects(client.ask('die'), withCode('NODE_UNREACHABLE'))
    await assert.rejects(client.ask('x'), withCode('NODE_UNREACHABLE'))
    const other = await IpcClient.open(place)
    await assert.rejects(other.ask('babble'), withCode('NODE_UNREACHABLE'))
    await assert.rejects(IpcClient.open(path.join(folder, 'none')), withCode('NODE_UNREACHABLE'))
  })

  it('waits for an answer only so long, and takes the next one', async () => {
    const clock = new ManualClock()
    const asked = Promise.withResolvers<void>()
    let late: (() => void) | undefined
    answer = (line, socket) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string }
      const send = (): void => void socket.write(`${JSON.stringify({ id, result: method })}\n`)
      if (method !== 'slow') return send()
      late = send
      asked.resolve()
    }
    const client = await IpcClient.open(place, clock)
    const slow = assert.rejects(client.ask('slow'), withCode('NODE_UNREACHABLE'))
    await asked.promise
    clock.advance(limits.answerTime.value)
    await slow
    late?.()
    assert.equal(await client.ask('quick'), 'quick')
    assert.equal(clock.timers, 0)
    client.close()
  })

  it('holds no more of an answer than one may have, though it never ends', async () => {
    let sent = 0
    answer = (_, socket) => {
      const piece = Buffer.alloc(2 ** 20, 0x20)
      const pour = (): void => {
        if (socket.destroyed || sent > 4 * limits.answerBytes.value) return
        sent += piece.length
        socket.write(piece, pour)
      }
      pour()
    }
    const client = await IpcClient.open(place)
    await assert.rejects(client.ask('pour'), withCode('NODE_UNREACHABLE'))
    assert.ok(sent < 2 * limits.answerBytes.value, `${sent} bytes were taken`)
  })
})
