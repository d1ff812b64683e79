/**
 * Who may talk to the server through a browser, and who may sign. A page of any site can reach a
 * loopback port: by a foreign Origin, or by a name of its own that it points at 127.0.0.1. Each header
 * is held against its own list, never against the other: rebinding controls both. What signs asks for
 * a token as well, which no page and no other user of the machine knows.
 */
import { Fault, utf8 } from '#base'
import { constantTimeEqual } from '#crypto'

import { RpcFault } from './errors.ts'

/** The header fields that decide. */
interface Headers {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

/** Why a request is refused, or undefined. */
export type Access = (headers: Headers) => RpcFault | undefined

const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * @param hosts Names beside the loopback ones, without port.
 * @param origins Exactly as browsers send them: scheme, host and port.
 * Throws `RPC_HOST_FORM` or `RPC_ORIGIN_FORM` for an entry that no header could equal.
 */
export function createAccess(hosts: readonly string[], origins: readonly string[]): Access {
  const knownHosts = new Set([...loopback, ...hosts.map(checkedHost)])
  const knownOrigins = new Set(origins.map(checkedOrigin))
  return ({ host, origin }) => {
    if (!knownHosts.has(hostName(host ?? ''))) {
      return new RpcFault(
        { code: 'RPC_HOST_REFUSED' },
        'this host name is not allowed: use localhost, or add the name to the allowed hosts',
      )
    }
    if (origin !== undefined && !knownOrigins.has(origin)) {
      return new RpcFault(
        { code: 'RPC_ORIGIN_REFUSED' },
        'pages of this origin are not allowed: add it to the allowed origins',
      )
    }
    return undefined
  }
}

function hostName(host: string): string {
  return (/^(.*?)(?::\d{1,5})?$/.exec(host)?.[1] ?? '').toLowerCase()
}

function checkedHost(host: string): string {
  if (/^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])$/.test(host)) return host
  throw new Fault({ code: 'RPC_HOST_FORM', host }, 'give a lower-case host name without port')
}

function checkedOrigin(origin: string): string {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return origin
  throw new Fault(
    { code: 'RPC_ORIGIN_FORM', origin },
    'give scheme, host and port as browsers send them: https://wallet.example',
  )
}

/** What the Authorization header of a request says. */
type Credential = 'absent' | 'right' | 'wrong'

export type TokenCheck = (authorization: string | undefined) => Credential

/**
 * Takes the token as `Bearer TOKEN`, and as the password of `Basic`: that is what `http://pars:TOKEN@host`
 * becomes, for tools that can be given nothing but a URL. Any user name will do.
 *
 * @see RFC 6750 §2.1, RFC 7617 §2
 */
export function createTokenCheck(token: string): TokenCheck {
  const own = utf8(token)
  return (authorization) => {
    if (authorization === undefined) return 'absent'
    const given = tokenIn(authorization)
    return given !== undefined && constantTimeEqual(utf8(given), own) ? 'right' : 'wrong'
  }
}

function tokenIn(authorization: string): string | undefined {
  const [, scheme, credentials = ''] = /^(bearer|basic) +(\S+)$/i.exec(authorization.trim()) ?? []
  if (scheme === undefined) return undefined
  if (scheme.toLowerCase() === 'bearer') return credentials
  try {
    const pair = new TextDecoder().decode(Uint8Array.fromBase64(credentials))
    return pair.slice(pair.indexOf(':') + 1)
  } catch {
    return undefined
  }
}
