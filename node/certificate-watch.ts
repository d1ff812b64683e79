import type { Clock, Log, Timer } from '#base'
import type { NodeRpcServer, RpcServerOptions } from '#rpc'

import { limits } from './limits.ts'
import { readCredentials } from './rpc-offer.ts'

type Credentials = NonNullable<RpcServerOptions['tls']>

interface WatchInit {
  /** Files in PEM. */
  readonly certificate: string
  readonly key: string
  readonly clock: Clock
  readonly log: Log
  /** What the server began with. */
  readonly shown: Credentials
  readonly server: Pick<NodeRpcServer, 'renew'>
}

/**
 * Certificates are replaced every few weeks, by a program that knows nothing of the node: it looks by
 * itself. Files that do not serve, as one is replaced before the other, leave things as they are.
 */
export function watchCertificate(init: WatchInit): Disposable {
  const { certificate, key, clock, log, server } = init
  let { shown } = init
  let problem: string | undefined
  let isOver = false
  let timer = schedule()
  function schedule(): Timer {
    return clock.after(limits.tlsAge.value, () => void round())
  }
  async function round(): Promise<void> {
    try {
      renew(await readCredentials(certificate, key))
      problem = undefined
    } catch (error) {
      if (String(error) !== problem) log.error('certificate not renewed', { error: String(error) })
      problem = String(error)
    }
    if (!isOver) timer = schedule()
  }
  function renew(found: Credentials): void {
    if (isOver || (found.certificate === shown.certificate && found.key === shown.key)) return
    server.renew(found)
    shown = found
    log.info('new certificate for JSON-RPC', { certificate })
  }
  return {
    [Symbol.dispose]() {
      isOver = true
      timer.cancel()
    },
  }
}
