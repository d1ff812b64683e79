/** `/metrics` on a loopback port of its own: what it tells is nobody's business but the operator's. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Registry } from 'prom-client'

import { Fault, type Log } from '#base'
import { createAccess } from '#rpc'

export interface MetricsServer extends AsyncDisposable {
  readonly url: string
}

const host = '127.0.0.1'
/** A scrape has no body, and few headers. */
const receiveTime = 5_000
const connections = 16

/** Port 0 takes a free one. Throws `NODE_PORT`. */
export async function openMetricsServer(
  registry: Registry,
  port: number,
  log: Log,
): Promise<MetricsServer> {
  const access = createAccess([], [])
  const server = createServer(
    { requestTimeout: receiveTime, headersTimeout: receiveTime, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(registry, access(request.headers) === undefined, request, response).catch(
        (error: unknown) => {
          log.error('metrics failed', { error: String(error) })
          response.destroy()
        },
      )
    },
  )
  server.maxConnections = connections
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const reason = (error as { code?: string }).code ?? String(error)
    throw new Fault(
      { code: 'NODE_PORT', host, port, reason },
      'another program uses this port: stop it or choose one with --metrics-port',
    )
  }
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/metrics`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  registry: Registry,
  isKnownHost: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isKnownHost) return end(response, 403)
  if (request.url?.split('?')[0] !== '/metrics') return end(response, 404)
  if (request.method !== 'GET') return end(response, 405)
  const text = await registry.metrics()
  response.writeHead(200, { 'content-type': registry.contentType }).end(text)
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status).end()
}
