import { once } from 'node:events'
import { createServer } from 'node:net'

import { Fault, isFault } from '#base'
import type { RpcServer } from '#rpc'

import { reasonOf } from './files.ts'

interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Gives the URL. Throws `NODE_PORT`, `RPC_NOT_LOOPBACK`. */
export async function listen(server: RpcServer, { host, port }: Endpoint): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const reason = (error as { code?: string }).code
    if (isFault(error) || reason === undefined) throw error
    throw new Fault(
      { code: 'NODE_PORT', host, port, reason },
      'another program uses this port: stop it or choose one with --port',
    )
  }
}

/** Why nobody can listen there now; undefined when somebody can. */
export async function refusalOf({ host, port }: Endpoint): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    return reasonOf(error)
  }
  server.close()
  await once(server, 'close')
  return undefined
}
