import { type Clock, Fault, hex, isFault, type Log } from '#base'
import { Chain, checkNetwork, type Commit } from '#chain'
import { formatGenesis, type Genesis } from '#genesis'
import { checkHost, createRpcServer, renderParsTransaction } from '#rpc'

import { systemClock } from './clock.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { createDevSigner } from './dev-signer.ts'
import { Sealer } from './sealer.ts'
import { startStatusLine } from './status-line.ts'
import { clientVersion } from './version.ts'

export interface RunOptions {
  readonly genesis: Genesis
  /** The data folder. */
  readonly data: string
  readonly host: string
  readonly port: number
  readonly archive: boolean
  /** Sign eth_sendTransaction with the published test keys. */
  readonly devKeys: boolean
  readonly allowedHosts: readonly string[]
  readonly allowedOrigins: readonly string[]
  /** Files of third-party plugins. */
  readonly modules: readonly string[]
  readonly log: Log
  readonly clock?: Clock
}

/** A node that runs. Dispose of it to stop it: what is under way ends first. */
export interface RunningNode extends AsyncDisposable {
  readonly chain: Chain
  /** Where JSON-RPC answers. */
  readonly url: string
  /** Rejects when execution stops for good. */
  readonly failed: Promise<never>
}

/** Boots one sealing node. Rejects with a Fault; nothing is left running then. */
export async function runNode(options: RunOptions): Promise<RunningNode> {
  const { log, genesis, clock = systemClock } = options
  if (options.devKeys && !genesis.dev) {
    throw new Fault(
      { code: 'NODE_NOT_DEV', network: genesis.name },
      'the published test keys sign only on networks whose genesis says dev',
    )
  }
  const text = formatGenesis(genesis)
  // What can be refused is refused before anything is written.
  checkHost(options.host)
  await checkNetwork({ genesis: text, modules: options.modules })
  await using started = new AsyncDisposableStack()
  const folder = await openDataFolder(options.data, text)
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const chain = await Chain.open({
    path: folder.chain,
    genesis: text,
    archive: options.archive,
    modules: options.modules,
    clock,
    log,
    onStopped: (commit, error) => void dump(folder, commit, error).then(failure.reject),
  })
  started.defer(() => chain.close())
  const sealer = new Sealer({ chain, clock, log })
  started.defer(() => sealer.stop())
  const server = createRpcServer({
    chain,
    render: renderParsTransaction,
    clock,
    log,
    clientVersion,
    allowedHosts: options.allowedHosts,
    allowedOrigins: options.allowedOrigins,
    ...(options.devKeys ? { signer: createDevSigner(chain) } : {}),
  })
  started.defer(() => server.close())
  const url = await listen(server, options)
  sealer.start()
  const status = startStatusLine({ chain, clock, log })
  started.defer(() => status.cancel())
  const resources = started.move()
  return {
    chain,
    url,
    failed: failure.promise,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function listen(
  server: ReturnType<typeof createRpcServer>,
  { host, port }: RunOptions,
): Promise<string> {
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

async function dump(folder: DataFolder, commit: Commit, error: Error): Promise<Error> {
  const content = {
    error: error.stack ?? error.message,
    digest: hex(commit.digest),
    timestamp: Number(commit.timestamp),
    bodies: commit.bodies.map(({ wires }) => wires.map((wire) => hex(wire))),
  }
  const name = `stopped-${hex(commit.digest).slice(2, 18)}.json`
  const where = await folder.dump(name, JSON.stringify(content, undefined, 2)).then(
    (file) => `is in ${file}`,
    (failure: unknown) => `could not be written down: ${String(failure)}`,
  )
  return new Fault(
    { code: 'CHAIN_STOPPED', reason: error.message },
    `what execution stopped at ${where}`,
  )
}
