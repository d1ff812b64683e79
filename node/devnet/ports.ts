import { once } from 'node:events'
import { createServer } from 'node:net'

import { Fault } from '#base'

const host = '127.0.0.1'

/** Throws `NODE_PORT` for the first of `ports` at which something listens. */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const reason = await refusalOf(port)
    if (reason === undefined) continue
    throw new Fault(
      { code: 'NODE_PORT', host, port, reason },
      'stop what uses it, which may be another devnet, or choose others with --base-port and --rpc-port',
    )
  }
}

/** Why nobody can listen there now. */
async function refusalOf(port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  server.close()
  await once(server, 'close')
  return undefined
}
