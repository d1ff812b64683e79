import type { Upstream, UpstreamAnswer, UpstreamCall } from '#rpc'

import { RpcClient } from '../rpc-client.ts'

/** The node at a URL, by both of its paths. */
export class RpcUpstream implements Upstream {
  readonly #clients: Readonly<Record<'/' | '/eth', RpcClient>>

  /** Throws `NODE_RPC_URL`. */
  constructor(url: string) {
    const at = (path: string) => new RpcClient(URL.parse(path, url)?.href ?? url)
    this.#clients = { '/': at('/'), '/eth': at('/eth') }
  }

  answers(
    path: '/' | '/eth',
    calls: readonly UpstreamCall[],
  ): Promise<readonly (UpstreamAnswer | undefined)[]> {
    return this.#clients[path].answers(calls.map(({ method, params }) => [method, ...params]))
  }
}
