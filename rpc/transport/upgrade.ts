/** Who may turn a request into a WebSocket: decided before anything is made for it. */
import type { Access, TokenCheck } from '../access.ts'
import type { ClientRates } from '../rates/client-rates.ts'
import type { Endpoint } from './endpoint.ts'
import { tokenWrong, wrongPath } from './guard.ts'
import type { Naming } from './naming.ts'
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
  readonly nameOf: Naming
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
  const { access, credentialOf, webSockets, endpoints, rates, nameOf } = options
  server.on('upgrade', (request, socket, head) => {
    const refused = access(request.headers)
    if (refused !== undefined) return refuseUpgrade(socket, '403 Forbidden', refused)
    const credential = credentialOf(request.headers.authorization)
    if (credential === 'wrong') return refuseUpgrade(socket, '401 Unauthorized', tokenWrong())
    const [pathname] = (request.url ?? '').split('?')
    const endpoint = endpoints.find(({ path }) => path === pathname)
    if (endpoint === undefined) return refuseUpgrade(socket, '404 Not Found', wrongPath())
    const client = nameOf(request)
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
