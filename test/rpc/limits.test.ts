/** The defaults that no other test meets: what is refused one step beyond them. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'

import { concat, fixed, hex, utf8 } from '#base'

import { account, contracts, emitterTopic } from './fixture-chain.ts'
import { call, post, serve, type Served } from './fixture-server.ts'

/** Solidity's `Error(string)` of a short reason. */
function errorOf(reason: string): string {
  const text = utf8(reason)
  const rest = new Uint8Array((32 - (text.length % 32)) % 32)
  const selector = Uint8Array.fromHex('08c379a0')
  return hex(concat(selector, fixed(32, 32), fixed(text.length, 32), text, rest))
}

async function accessListCode(url: string, keys: number): Promise<unknown> {
  const storageKeys = Array.from({ length: keys }, () => hex(fixed(1, 32)))
  const accessList = [{ address: account(0), storageKeys }]
  return (await call(url, 'eth_call', [{ accessList }])).error?.code
}

async function topicsCode(url: string, count: number): Promise<unknown> {
  const any = Array.from({ length: count }, () => hex(emitterTopic))
  return (await call(url, 'eth_getLogs', [{ topics: [any] }])).error?.code
}

async function messageOf(url: string, reason: string): Promise<string | undefined> {
  const request = { to: hex(contracts.revert), data: errorOf(reason) }
  return (await call(url, 'eth_call', [request])).error?.message
}

async function statusOf(url: string, filler: number): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-filler': 'x'.repeat(filler) }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId' })
  return (await post(url, body, headers)).status
}

describe('the limits of a server', () => {
  let served: Served
  before(async () => {
    served = await serve()
  })
  after(() => served.server.close())

  it('let 16,384 keys into an access list', async () => {
    assert.equal(await accessListCode(served.url, 16_384), undefined)
    assert.equal(await accessListCode(served.url, 16_385), -32602)
  })

  it('let 1,000 topics into one position of a filter', async () => {
    assert.equal(await topicsCode(served.url, 1000), undefined)
    assert.equal(await topicsCode(served.url, 1001), -32602)
  })

  it('let 1,024 characters of a revert reason into a message', async () => {
    const longest = 'x'.repeat(1024)
    assert.equal(await messageOf(served.url, longest), `execution reverted: ${longest}`)
    assert.equal(await messageOf(served.url, `${longest}y`), `execution reverted: ${longest}`)
  })

  it('let 16,384 bytes of headers into a request', async () => {
    assert.equal(await statusOf(served.url, 15_000), 200)
    assert.equal(await statusOf(served.url, 16_384), 431)
  })

  it('let 256 connections be silent at once, beside those that may become WebSockets', async () => {
    const { server, url } = await serve({ limits: { sockets: 0 } })
    const sockets: Socket[] = []
    const open = async () => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => undefined)
      sockets.push(socket)
      await new Promise((resolve) => socket.once('connect', resolve))
      return socket
    }
    try {
      const first = await open()
      const closed = new Promise((resolve) => first.once('close', resolve))
      for (let count = 1; count < 256; count++) await open()
      while (server.facts().connections.http < 256) {
        await new Promise((resolve) => setImmediate(resolve))
      }
      assert.equal(first.destroyed, false)
      await open()
      await closed
      assert.equal(server.facts().connections.http, 256)
    } finally {
      for (const socket of sockets) socket.destroy()
      await server.close()
    }
  })
})
