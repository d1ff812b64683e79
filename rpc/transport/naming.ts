import type { Log } from '#base'

import { clientOf, unnamed } from '../source.ts'

type Incoming = Parameters<typeof clientOf>[0]

/** Whom a request comes from, as `sourceOf` names it. */
export type Naming = (request: Incoming) => string

/**
 * Without a proxy, by connection. With one, by request; says once that it does not name its clients,
 * which then share one rate.
 */
export function createNaming(trustsProxy: boolean, log: Log): Naming {
  return trustsProxy ? byRequest(log) : byConnection()
}

function byConnection(): Naming {
  const known = new WeakMap<Incoming['socket'], string>()
  return (request) => {
    const found = known.get(request.socket)
    if (found !== undefined) return found
    const client = clientOf(request, false)
    known.set(request.socket, client)
    return client
  }
}

function byRequest(log: Log): Naming {
  let hasWarned = false
  return (request) => {
    const client = clientOf(request, true)
    if (client === unnamed && !hasWarned) {
      hasWarned = true
      log.warn('the proxy in front of JSON-RPC names no address: such clients share one rate', {
        cure: 'let it append the address of its client to X-Forwarded-For',
      })
    }
    return client
  }
}
