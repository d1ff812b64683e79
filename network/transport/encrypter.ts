/**
 * TLS 1.3 in OpenSSL over a libp2p connection: one group, one signature scheme, one certificate each
 * way, nothing to negotiate down to.
 *
 * @see PIP-0008 "Connection"
 * @see RFC 8446, draft-ietf-tls-ecdhe-mlkem, draft-ietf-tls-mldsa
 */
import { constants } from 'node:crypto'
import { connect, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'

import type {
  ConnectionEncrypter,
  MessageStream,
  PeerId,
  SecureConnectionOptions,
  SecuredConnection,
} from '@libp2p/interface'

import { type Clock, Fault } from '#base'

import type { NodeKey } from '../identity/node-key.ts'
import { peerIdOf } from '../identity/peer-id.ts'
import { limits } from '../limits.ts'
import { asDuplex } from './duplex.ts'
import { SecuredStream } from './secured-stream.ts'

const group = 'X25519MLKEM768'
const version = 'TLSv1.3'

export interface EncrypterInit {
  readonly key: NodeKey
  readonly clock: Clock
  /** Told of decrypted bytes, by the stream below. */
  readonly received?: (stream: MessageStream, bytes: number) => void
  /** Milliseconds. */
  readonly handshakeTimeout?: number
}

export class TlsEncrypter implements ConnectionEncrypter {
  readonly protocol = '/pars/tls/1'
  readonly #context: SecureContext
  readonly #clock: Clock
  readonly #received: (stream: MessageStream, bytes: number) => void

  readonly #timeout: number

  constructor({ key, clock, received, handshakeTimeout }: EncrypterInit) {
    this.#clock = clock
    this.#received = received ?? (() => {})
    this.#timeout = handshakeTimeout ?? limits.handshakeTimeout.value
    this.#context = createSecureContext({
      ...key.credentials(),
      minVersion: version,
      maxVersion: version,
      ecdhCurve: group,
      sigalgs: 'mldsa65',
      ciphers: 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
      secureOptions: constants.SSL_OP_NO_TICKET,
    })
  }

  secureInbound(
    stream: MessageStream,
    options: SecureConnectionOptions = {},
  ): Promise<SecuredConnection> {
    const socket = new TLSSocket(asDuplex(stream), {
      isServer: true,
      secureContext: this.#context,
      requestCert: true,
      // No authority vouches for anybody: `verify` looks at the key itself.
      rejectUnauthorized: false,
    })
    return this.#handshake(socket, 'secure', stream, options)
  }

  secureOutbound(
    stream: MessageStream,
    options: SecureConnectionOptions = {},
  ): Promise<SecuredConnection> {
    const socket = connect({
      socket: asDuplex(stream),
      secureContext: this.#context,
      minVersion: version,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    })
    return this.#handshake(socket, 'secureConnect', stream, options)
  }

  async #handshake(
    socket: TLSSocket,
    event: 'secure' | 'secureConnect',
    stream: MessageStream,
    { remotePeer, signal }: SecureConnectionOptions,
  ): Promise<SecuredConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = (): void => reject(failed('timed out'))
    const timer = this.#clock.after(this.#timeout, abort)
    signal?.addEventListener('abort', abort)
    socket.once(event, resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(failed('connection closed')))
    try {
      await promise
      const peer = verify(socket, event === 'secureConnect', remotePeer)
      const received = (bytes: number): void => this.#received(stream, bytes)
      return { connection: new SecuredStream(socket, stream, received), remotePeer: peer }
    } catch (error) {
      socket.on('error', () => {})
      socket.destroy()
      stream.abort(error as Error)
      throw error
    } finally {
      timer.cancel()
      signal?.removeEventListener('abort', abort)
      socket.off(event, resolve)
      socket.off('error', reject)
    }
  }
}

/**
 * OpenSSL completes a handshake in which the client shows no certificate or one of another
 * algorithm: what was asked for is compared with what came.
 */
function verify(socket: TLSSocket, isClient: boolean, expected: PeerId | undefined): PeerId {
  if (socket.getProtocol() !== version) throw failed('not TLS 1.3')
  if (socket.isSessionReused()) throw failed('resumed a session')
  if (isClient) {
    const exchanged = socket.getEphemeralKeyInfo()
    if (exchanged === null || !('name' in exchanged) || exchanged.name !== group) {
      throw failed(`key exchange is not ${group}`)
    }
  }
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) throw failed('no certificate of ML-DSA-65')
  if (certificate.issuerCertificate !== undefined) throw failed('more than one certificate')
  const { publicKey } = certificate
  if (publicKey.asymmetricKeyType !== 'ml-dsa-65') throw failed('certificate is not ML-DSA-65')
  const peer = peerIdOf(new Uint8Array(publicKey.export({ format: 'raw-public' })))
  if (expected !== undefined && !peer.equals(expected)) {
    throw failed(`reached ${peer.toString()} instead of ${expected.toString()}`)
  }
  return peer
}

function failed(reason: string): Fault<{ code: 'NETWORK_HANDSHAKE'; reason: string }> {
  return new Fault({ code: 'NETWORK_HANDSHAKE', reason })
}
