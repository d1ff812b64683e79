/** Peers that speak by hand what no honest node would say. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'

import { concat, unhex } from '#base'
import { NodeKey } from '#network'

import { pem } from '../../network/identity/certificate.ts'
import * as der from '../../network/identity/der.ts'
import { systemRandom } from '../../node/random.ts'

/** Lines of multistream-select. @see https://github.com/multiformats/multistream-select */
export function multistream(...lines: readonly string[]): Buffer {
  const encoded = lines.map((line) => {
    const text = Buffer.from(`${line}\n`)
    return Buffer.concat([Buffer.of(text.length), text])
  })
  return Buffer.concat(encoded)
}

/** Everything that comes until the connection ends, and the end. */
export class RawSocket {
  readonly socket: Socket
  readonly closed: Promise<unknown>
  received: Buffer = Buffer.alloc(0)
  readonly #watchers = new Set<() => void>()
  readonly #listen = (data: Buffer): void => {
    this.received = Buffer.concat([this.received, data])
    for (const watcher of this.#watchers) watcher()
  }

  constructor(socket: Socket) {
    this.socket = socket
    this.closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    socket.on('data', this.#listen)
  }

  static async to(port: number, localAddress = '127.0.0.1'): Promise<RawSocket> {
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    const raw = new RawSocket(socket)
    await once(socket, 'connect')
    return raw
  }

  /** Resolves once `text` came; rejects when the connection ends before. */
  hears(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.received.includes(text)) return
        this.#watchers.delete(look)
        resolve()
      }
      this.#watchers.add(look)
      this.socket.once('close', () => reject(new Error(`ended without ${text}`)))
      look()
    })
  }

  /** Negotiates `/pars/tls/1` and becomes a TLS client with options of its own. */
  async secure(options: ConnectionOptions): Promise<TLSSocket> {
    this.socket.write(multistream('/multistream/1.0.0', '/pars/tls/1'))
    await this.hears('/pars/tls/1\n')
    this.socket.off('data', this.#listen)
    const secured = connectTls({
      ...strict,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...options,
      socket: this.socket,
    })
    secured.on('error', () => {})
    return secured
  }
}

export const strict: ConnectionOptions = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ecdhCurve: 'X25519MLKEM768',
  sigalgs: 'mldsa65:mldsa44',
}

/** A listener that hands each connection to `serve`. */
export async function listen(serve: (socket: Socket) => void): Promise<Server & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(server, {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

/** One ClientHello with a hybrid key share, as anybody can record it. */
export async function recordedClientHello(): Promise<Buffer> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connectTls({ ...strict, port: portOf(server), host: '127.0.0.1' })
  client.on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [hello] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return hello
}

/** Credentials of a good node, for clients that are bad in something else. */
export function goodCredentials(): { key: string; cert: string } {
  return NodeKey.generate(systemRandom).credentials()
}

/** A self-signed certificate of ML-DSA-44. */
export function weakCredentials(): { key: string; cert: string } {
  const key = createPrivateKey({
    key: systemRandom.bytes(32),
    format: 'raw-seed',
    asymmetricKeyType: 'ml-dsa-44',
  })
  return { key: pkcs8(key), cert: certificate(key, key, '0x0609608648016503040311') }
}

/** A chain of two certificates: the second signed the first. */
export function chainCredentials(): { key: string; cert: string } {
  const [leaf, root] = [0, 1].map(() =>
    createPrivateKey({
      key: systemRandom.bytes(32),
      format: 'raw-seed',
      asymmetricKeyType: 'ml-dsa-65',
    }),
  ) as [KeyObject, KeyObject]
  const oid = '0x0609608648016503040312'
  return { key: pkcs8(leaf), cert: certificate(leaf, root, oid) + certificate(root, root, oid) }
}

function pkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}

function certificate(key: KeyObject, issuer: KeyObject, oid: `0x${string}`): string {
  const algorithm = der.sequence(unhex(oid))
  const name = der.sequence(der.set(der.sequence(unhex('0x0603550403'), der.utf8String('test'))))
  const validity = der.sequence(
    der.generalizedTime('19700101000000Z'),
    der.generalizedTime('99991231235959Z'),
  )
  const body = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(1),
    algorithm,
    name,
    validity,
    name,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  )
  const signature = der.bitString(concat(sign(null, body, issuer)))
  return pem('CERTIFICATE', der.sequence(body, algorithm, signature))
}
