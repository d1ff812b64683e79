import { Fault } from '#base'

import { refusalOf } from '../listen.ts'

const host = '127.0.0.1'

/** Throws `NODE_PORT` for the first of `ports` at which something listens. */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const reason = await refusalOf({ host, port })
    if (reason === undefined) continue
    throw new Fault(
      { code: 'NODE_PORT', host, port, reason },
      'stop what uses it, which may be another devnet, or choose others with --base-port and --rpc-port',
    )
  }
}
