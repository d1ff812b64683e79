import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import path from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'

import { isFault } from '#base'
import { NodeKey } from '#network'

import { systemRandom } from '../../node/random.ts'
import { account } from './fixture-chain.ts'
import { type JsonRpcAnswer, serve } from './fixture-server.ts'
import { WebSocketClient } from './socket-client.ts'

const folder = path.join(import.meta.dirname, 'certificate')
const certificate = readFileSync(path.join(folder, 'certificate.pem'), 'utf8')
const key = readFileSync(path.join(folder, 'key.pem'), 'utf8')
const tls = { certificate, key }
const hybrid = 'X25519MLKEM768'

/** A client as any program of this Node is: only what it trusts was told to it. */
async function ask(url: string, method: string, params: readonly unknown[] = []) {
  const outgoing = request(url, {
    method: 'POST',
    ca: certificate,
    headers: { 'content-type': 'application/json' },
  })
  outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const [response] = (await once(outgoing, 'response')) as [AsyncIterable<unknown>]
  let text = ''
  for await (const part of response) text += String(part)
  return (JSON.parse(text) as JsonRpcAnswer).result
}

async function handshake(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({
    host: '127.0.0.1',
    port: Number(new URL(url).port),
    ca: certificate,
    ...options,
  })
  await once(socket, 'secureConnect')
  return socket
}

function groupOf(socket: TLSSocket): unknown {
  const exchanged = socket.getEphemeralKeyInfo()
  return exchanged !== null && 'name' in exchanged ? exchanged.name : undefined
}

describe('a server with a certificate', () => {
  it('answers over HTTPS to a client with the usual settings', async () => {
    const { server, url } = await serve({ tls })
    assert.match(url, /^https:/)
    assert.equal(await ask(url, 'eth_chainId'), '0x1c3b')
    assert.equal(await ask(url, 'eth_getBalance', [account(0)]), '0xd3c21bcecceda1000000')
    await server.close()
  })

  it('answers over WebSocket, too', async () => {
    const { server, url } = await serve({ tls })
    const client = await WebSocketClient.open(url, { ca: certificate })
    assert.equal(await client.ask('eth_chainId'), '0x1c3b')
    await client.close()
    await server.close()
  })

  it('agrees on TLS 1.3 with the hybrid group, also with who offers others first', async () => {
    const { server, url } = await serve({ tls })
    for (const groups of [hybrid, `X25519:${hybrid}`, `P-256:X25519:${hybrid}`]) {
      const socket = await handshake(url, { ecdhCurve: groups })
      assert.equal(socket.getProtocol(), 'TLSv1.3')
      assert.equal(groupOf(socket), hybrid)
      socket.destroy()
    }
    await server.close()
  })

  it('lets nobody in who cannot do that', async () => {
    const { server, url } = await serve({ tls })
    const offers: readonly ConnectionOptions[] = [
      { ecdhCurve: 'X25519' },
      { ecdhCurve: 'P-256' },
      { ecdhCurve: 'X25519:P-384' },
      { ecdhCurve: 'SecP256r1MLKEM768' },
      { maxVersion: 'TLSv1.2' },
    ]
    for (const offer of offers) {
      await assert.rejects(handshake(url, offer), /SSL routines|ECONNRESET/)
    }
    assert.equal(await ask(url, 'eth_chainId'), '0x1c3b')
    await server.close()
  })

  it('speaks HTTP/1.1 and no other protocol', async () => {
    const { server, url } = await serve({ tls })
    const socket = await handshake(url, { ALPNProtocols: ['h2', 'http/1.1'] })
    assert.equal(socket.alpnProtocol, 'http/1.1')
    socket.destroy()
    await assert.rejects(handshake(url, { ALPNProtocols: ['h2'] }))
    await server.close()
  })

  it('resumes a session only with a new exchange of keys', async () => {
    const { server, url } = await serve({ tls })
    const first = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca: certificate })
    const [session] = (await once(first, 'session')) as [Buffer]
    first.destroy()
    const second = await handshake(url, { session })
    assert.equal(groupOf(second), hybrid)
    second.destroy()
    await assert.rejects(handshake(url, { session, ecdhCurve: 'X25519' }))
    await server.close()
  })

  it('may have a certificate of ML-DSA', async () => {
    const { cert, key: own } = NodeKey.generate(systemRandom).credentials()
    const { server, url } = await serve({ tls: { certificate: cert, key: own } })
    const socket = await handshake(url, { rejectUnauthorized: false })
    assert.equal(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType, 'ml-dsa-65')
    socket.destroy()
    await server.close()
  })

  it('keeps the limits of HTTP: headers have a size', async () => {
    const { server, url } = await serve({ tls })
    const socket = await handshake(url, {})
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    assert.match(answer.toString(), /^HTTP\/1\.1 431 /)
    socket.destroy()
    await server.close()
  })

  it('begins no handshake with a client that has nothing left to spend', async () => {
    const rate = { perSecond: 1, includesLocal: true }
    const { server, url } = await serve({ tls, rate })
    for (let count = 0; count < 2; count++) (await handshake(url, {})).destroy()
    await assert.rejects(handshake(url, {}), /ECONNRESET|disconnected/)
    await server.close()
  })

  it('may be reached from beyond this machine; without one that is refused, and the cure named', async () => {
    const { server } = await serve()
    await server.close()
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'node.example']) {
      const own = await serve()
      await assert.rejects(own.server.listen({ host, port: 0 }), (error) => {
        assert.ok(isFault(error, 'RPC_NOT_LOOPBACK'))
        assert.match(error.message, /tls-certificate and tls-key/)
        return true
      })
      await own.server.close()
    }
  })
})
