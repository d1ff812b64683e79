import { hex, type Hex, type Log } from '#base'
import { checkHost, createProxyServer } from '#rpc'

import { systemClock } from '../clock.ts'
import { listen } from '../listen.ts'
import { RpcClient } from '../rpc-client.ts'
import { type OpenKey, UnlockedAccounts } from './accounts.ts'
import { newToken, removeTokenFile, writeTokenFile } from './token-file.ts'
import { RpcUpstream } from './upstream.ts'

export interface ProxyOptions {
  /** One for each account, all of the node's network. */
  readonly keys: readonly OpenKey[]
  readonly chainId: bigint
  /** URL of the node. */
  readonly rpc: string
  readonly host: string
  readonly port: number
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  /** Folder for the file of the token. */
  readonly folder: string
  readonly log: Log
}

/** A proxy that runs. Dispose of it to stop it. */
export interface RunningProxy extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly tokenFile: string
  readonly accounts: readonly Hex[]
}

/** Listens, with a new token. Rejects with a Fault; nothing is left running then. */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const { keys, chainId, rpc, log, folder } = options
  checkHost(options.host)
  await using started = new AsyncDisposableStack()
  const signer = new UnlockedAccounts({ keys, chainId, rpc: new RpcClient(rpc), log })
  const token = newToken()
  const server = createProxyServer({
    upstream: new RpcUpstream(rpc),
    signer,
    token,
    clock: systemClock,
    log,
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
  })
  started.defer(() => server.close())
  const url = await listen(server, options)
  const tokenFile = await writeTokenFile(folder, Number(new URL(url).port), token)
  started.defer(() => removeTokenFile(tokenFile, token))
  const resources = started.move()
  return {
    url,
    token,
    tokenFile,
    accounts: signer.accounts().map(hex),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
