import { type Clock, equal, Fault, hex, isFault } from '#base'
import { Chain, checkNetwork, type Commit, Verifier } from '#chain'
import { formatGenesis, type Genesis } from '#genesis'
import { chainIds } from '#protocol'
import type { RpcServerOptions } from '#rpc'

import { systemClock } from './clock.ts'
import type { CommitteeNode, CommitteeNodeInit } from './consensus/committee-node.ts'
import { verifyingCores } from './cores.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { DevControl } from './dev-control.ts'
import { createDevSigner } from './dev-signer.ts'
import { missingOf } from './governance/readiness.ts'
import { type OfferSettings, rpcOffer } from './rpc-offer.ts'
import { openRpcService, type RpcServiceOptions } from './rpc-service.ts'
import { Sealer } from './sealer.ts'
import { startStatusLine } from './status-line.ts'
import { UpgradeWatch } from './upgrade-watch.ts'

export interface RunOptions extends OfferSettings, RpcServiceOptions {
  readonly genesis: Genesis
  readonly archive: boolean
  /** Sign eth_sendTransaction with the published test keys. */
  readonly devKeys: boolean
  /** Packages of third-party plugins that may be loaded; paths of files, for development. */
  readonly modules: readonly string[]
  /** Absolute: the folder from which those packages are found. */
  readonly project?: string
  /** For a network that has a committee. */
  readonly committee?: CommitteeOptions
  readonly clock?: Clock
}

/** How a node takes part in a network that a committee orders. */
export interface CommitteeOptions extends Pick<
  CommitteeNodeInit,
  'validatorKey' | 'listen' | 'announce' | 'peers' | 'mdns' | 'links'
> {}

/** A node that runs. Dispose of it to stop it: what is under way ends first. */
export interface RunningNode extends AsyncDisposable {
  readonly chain: Chain
  /** Undefined where this node is the whole network. */
  readonly committee: CommitteeNode | undefined
  /** Where JSON-RPC answers. */
  readonly url: string
  /** The socket of IPC, if there is one. */
  readonly ipc: string | undefined
  /** Where Prometheus asks, if it may. */
  readonly metrics: string | undefined
  /** Rejects when execution stops for good. */
  readonly failed: Promise<never>
  /** From now on `/readyz` says that the node is not to be asked. */
  drain(): void
}

/** Boots one node. Rejects with a Fault; nothing is left running then. */
export async function runNode(options: RunOptions): Promise<RunningNode> {
  const { log, genesis, clock = systemClock } = options
  if (options.devKeys && !(genesis.dev && genesis.chainId === chainIds.devnet)) {
    throw new Fault(
      { code: 'NODE_NOT_DEV', network: genesis.name, chainId: genesis.chainId },
      `the published test keys sign only on networks whose genesis says dev, with chain id ${chainIds.devnet}: use pars run`,
    )
  }
  const text = formatGenesis(genesis)
  // What can be refused is refused before anything is written.
  const offer = await rpcOffer(options)
  await checkNetwork({ genesis: text, modules: options.modules, project: options.project })
  await using started = new AsyncDisposableStack()
  const folder = await openDataFolder(options.data, text)
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => undefined)
  const verifier = new Verifier({ cores: verifyingCores() })
  const chain = await Chain.open({
    path: folder.chain,
    genesis: text,
    archive: options.archive,
    modules: options.modules,
    project: options.project,
    clock,
    log,
    verifier,
    onStopped: (commit, error) => void dump(folder, commit, error).then(failure.reject),
  })
  started.defer(() => chain.close())
  const ordering = started.use(
    await order(options, {
      chain,
      verifier,
      clock,
      dump: (name, content) => folder.dump(name, content),
      onFailed: failure.reject,
    }),
  )
  const { committee } = ordering
  const dev = options.devKeys ? devParts(chain, ordering) : {}
  const upgrades = started.use(watchUpgrades(options, chain))
  const service = started.use(
    await openRpcService(options, { chain, verifier, committee, offer, clock, upgrades, ...dev }),
  )
  ordering.start()
  service.health.started()
  const status = startStatusLine({ chain, clock, log })
  started.defer(() => status.cancel())
  const resources = started.move()
  return {
    chain,
    committee,
    url: service.url,
    ipc: service.ipc,
    metrics: service.metrics,
    failed: failure.promise,
    drain: () => service.health.drain(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** A node that was told nothing follows what it can reach. */
const alone: CommitteeOptions = {
  validatorKey: undefined,
  listen: [],
  announce: [],
  peers: [],
  mdns: false,
  links: 'usual',
}

/** What orders the network's transactions, as this node sees it. */
interface Ordering extends AsyncDisposable {
  readonly committee: CommitteeNode | undefined
  /** Undefined where a committee orders. */
  readonly sealer: Sealer | undefined
  start(): void
}

async function order(
  options: RunOptions,
  parts: Pick<CommitteeNodeInit, 'chain' | 'verifier' | 'clock' | 'dump' | 'onFailed'>,
): Promise<Ordering> {
  const { genesis, log, data } = options
  if (genesis.validators.length === 0) {
    const sealer = new Sealer({ chain: parts.chain, clock: parts.clock, log })
    return {
      committee: undefined,
      sealer,
      start: () => sealer.start(),
      [Symbol.asyncDispose]: () => sealer.stop(),
    }
  }
  // A node that is its whole network does without all of this.
  const { openCommitteeNode } = await import('./consensus/committee-node.ts')
  const committee = await openCommitteeNode({
    ...(options.committee ?? alone),
    ...parts,
    genesis,
    data,
    archive: options.archive,
    log,
  })
  return {
    committee,
    sealer: undefined,
    start: () => committee.start(),
    [Symbol.asyncDispose]: () => committee[Symbol.asyncDispose](),
  }
}

function watchUpgrades(options: RunOptions, chain: Chain): UpgradeWatch {
  const { genesis, modules: plugins, project = '', log } = options
  const key = options.committee?.validatorKey?.publicKey
  const own = genesis.validators.find(({ publicKey }) => key !== undefined && equal(publicKey, key))
  return new UpgradeWatch({
    chain,
    log,
    account: own && hex(own.account),
    missingOf: (upgrade) => missingOf(upgrade, { project, plugins }),
  })
}

/** What signs with the test keys, and where nobody else's chain depends on it what governs blocks. */
function devParts(
  chain: Chain,
  { sealer }: Ordering,
): Pick<RpcServerOptions, 'builder' | 'dev' | 'signer'> {
  const signer = createDevSigner(chain)
  if (sealer === undefined) return { signer }
  const control = new DevControl(chain, sealer)
  return { signer, dev: control, builder: control }
}

async function dump(folder: DataFolder, commit: Commit, error: Error): Promise<Error> {
  // What this release lacks is no riddle: its own words say what to install.
  if (isFault(error) && error.code.startsWith('CHAIN_PRECOMPILE_')) {
    return new Fault({ code: 'CHAIN_STOPPED', reason: error.message }, 'then start again')
  }
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
