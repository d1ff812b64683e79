import type { ClientRates } from './rates/client-rates.ts'
import { sourceOf } from './source.ts'

/** A certificate, which may be classical, with those that vouch for it, and its key. PEM. */
export interface TlsCredentials {
  readonly certificate: string
  readonly key: string
}

/**
 * TLS 1.3 with the hybrid group alone: what is recorded today cannot be read by a quantum computer
 * later. A client without the group does not get in.
 *
 * @see RFC 8446, draft-ietf-tls-ecdhe-mlkem
 */
export function tlsOptions({ certificate, key }: TlsCredentials, handshakeTimeout: number) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    ecdhCurve: 'X25519MLKEM768',
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout,
  } as const
}

interface Secured {
  setSecureContext(options: ReturnType<typeof tlsOptions>): void
}

/** Shows new connections another certificate. Throws for a server without TLS, and as OpenSSL. */
export function renewCertificate(server: object, options: ReturnType<typeof tlsOptions>): void {
  if (!isSecured(server)) throw new TypeError('the server began without a certificate')
  server.setSecureContext(options)
}

function isSecured(server: object): server is Secured {
  return 'setSecureContext' in server && typeof server.setSecureContext === 'function'
}

/** A handshake costs as much as many small reads. */
const handshakeCost = 10

interface Accepting {
  on(event: 'connection', listener: (socket: Socket) => void): unknown
}

interface Socket {
  readonly remoteAddress?: string | undefined
  destroy(): unknown
}

/** Whoever has nothing left to spend is cut before anything is computed for it. */
export function chargeHandshakes(server: Accepting, rates: ClientRates | undefined): void {
  if (rates === undefined) return
  server.on('connection', (socket) => {
    const client = sourceOf(socket.remoteAddress ?? '')
    if (rates.refusal(client) === undefined) rates.charge(client, handshakeCost)
    else socket.destroy()
  })
}
