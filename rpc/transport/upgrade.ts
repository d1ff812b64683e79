/** Who may turn a request into a WebSocket: decided before anything is made for it. */
import type { Access, TokenCheck } from '../access.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import { sourceOf } from '../source.ts'
import { tokenWrong, wrongPath } from './guard.ts'
import type { Endpoint } from './http.ts'
import {
  refuseUpgrade,
  type UpgradeRequest,
  type UpgradeSocket,
  type WebSockets,
} from './web-sockets.ts'

interface UpgradeOptions {
  readonly access: Access
  readonly credentialOf: TokenCheck
  readonly webSockets: WebSockets
  readonly endpoints: readonly Endpoint[]
  readonly trustsProxy?: boolean | undefined
  readonly rates?: ClientRates | undefined
}

/** What is used of an HTTP server. */
interface UpgradeSource {
  on(
    event: 'upgrade',
    listener: (request: UpgradeRequest, socket: UpgradeSocket, head: Buffer) => void,
  ): unknown
}

/** @see RFC 6455 §4.2 */
export function acceptUpgrades(server: UpgradeSource, options: UpgradeOptions): void {
  const { access, credentialOf, webSockets, endpoints, rates, trustsProxy = false } = options
  server.on('upgrade', (request, socket, head) => {
    const refused = access(request.headers)
    if (refused !== undefined) return refuseUpgrade(socket, '403 Forbidden', refused)
    const credential = credentialOf(request.headers.authorization)
    if (credential === 'wrong') return refuseUpgrade(socket, '401 Unauthorized', tokenWrong())
    const [pathname] = (request.url ?? '').split('?')
    const endpoint = endpoints.find(({ path }) => path === pathname)
    if (endpoint === undefined) return refuseUpgrade(socket, '404 Not Found', wrongPath())
    const client = sourceOf(clientOf(request, trustsProxy))
    const isAuthorized = credential === 'right'
    const late = isAuthorized ? undefined : rates?.refusal(client)
    if (late !== undefined) return refuseUpgrade(socket, '429 Too Many Requests', late.fault)
    const full = webSockets.refusal(client)
    if (full !== undefined) return refuseUpgrade(socket, '503 Service Unavailable', full)
    webSockets.take(request, socket, head, {
      client,
      isAuthorized,
      answer: (text, caller) => endpoint.answer(text, caller),
    })
  })
}

/** As Fastify finds it for a request: whoever connects, or whom a trusted proxy names last. */
function clientOf({ headers, socket }: UpgradeRequest, trustsProxy: boolean): string {
  const named = trustsProxy ? headers['x-forwarded-for'] : undefined
  const last = [named ?? []].flat().join(',').split(',').at(-1)?.trim()
  return last === undefined || last === '' ? (socket.remoteAddress ?? '') : last
}
