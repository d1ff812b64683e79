import type { Log } from '#base'

import { clientOf, unnamed } from '../source.ts'

/** Whom a request comes from, as `sourceOf` names it. */
export type Naming = (request: Parameters<typeof clientOf>[0]) => string

/** Says once that the proxy does not name its clients, which then share one rate. */
export function createNaming(trustsProxy: boolean, log: Log): Naming {
  let hasWarned = !trustsProxy
  return (request) => {
    const client = clientOf(request, trustsProxy)
    if (client === unnamed && !hasWarned) {
      hasWarned = true
      log.warn('the proxy in front of JSON-RPC names no address: such clients share one rate', {
        cure: 'let it append the address of its client to X-Forwarded-For',
      })
    }
    return client
  }
}
