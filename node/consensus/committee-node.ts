/** A node of a network that a committee orders: consensus, the network, and the chain joined. */
import path from 'node:path'

import { type Clock, Fault, isFault, hex, type Log } from '#base'
import type { Chain, Verifier } from '#chain'
import {
  constants,
  formatEvidence,
  type Epoch,
  firstEpoch,
  type Observers,
  type Signer,
  Validator,
  type Verify,
} from '#consensus'
import { mlDsa, type SigningKey } from '#crypto'
import type { Genesis } from '#genesis'
import { Network, type NodeKey, PeerBindings } from '#network'
import { openLevel, type Store } from '#storage'

import { systemRandom } from '../random.ts'
import { clientVersion } from '../version.ts'
import { dagBuffers, dagFolder } from './begin.ts'
import { announce, readBinding } from './binding.ts'
import { CommitListeners } from './commit-listeners.ts'
import { ContentExchange } from './contents.ts'
import { executionOf } from './execution.ts'
import { nodeKeyFile, openNodeKey } from './node-key.ts'
import { type Links, patienceFor } from './patience.ts'
import { Proposals } from './proposals.ts'
import { Seats } from './seats.ts'
import { TransactionGossip } from './transactions.ts'

export interface CommitteeNodeInit {
  readonly genesis: Genesis
  /** The data folder. */
  readonly data: string
  readonly chain: Chain
  /** Keep the whole order, so that nodes that were away for long can take it from here. */
  readonly archive: boolean
  /** The one of the pool, too. */
  readonly verifier: Verifier
  readonly clock: Clock
  readonly log: Log
  /** Undefined for a node that follows and verifies, and signs nothing. */
  readonly validatorKey: SigningKey | undefined
  /** Multiaddrs to listen at. */
  readonly listen: readonly string[]
  /** Multiaddrs to tell others instead. */
  readonly announce: readonly string[]
  /** Addresses with `/p2p/` that it stays connected to. */
  readonly peers: readonly string[]
  readonly mdns: boolean
  readonly links: Links
  /** Writes what somebody has to look at into the data folder, and gives the file's name. */
  readonly dump: (name: string, content: string) => Promise<string>
  /** What ends the node: a store that fails, or results that the others contradict. */
  readonly onFailed: (error: Error) => void
}

export interface CommitteeNode extends AsyncDisposable {
  readonly validator: Validator
  readonly network: Network
  /** Which nodes speak for the members. */
  readonly seats: Seats
  /** Each commit of the order, once it is executed. */
  readonly commits: CommitListeners
  /** Leaders that were decided since the start. */
  readonly decisions: Readonly<Decisions>
  /** Takes part from now on. */
  start(): void
}

interface Decisions {
  /** By the votes for the leader itself. */
  direct: number
  /** Through a later leader. */
  indirect: number
  skipped: number
}

/** A thousand peers with their addresses fit. */
const bookBuffers = { cacheSize: 1024 * 1024, writeBufferSize: 512 * 1024 } as const

/** Joins the network. Rejects with a Fault; nothing is left running then. */
export async function openCommitteeNode(init: CommitteeNodeInit): Promise<CommitteeNode> {
  const { genesis, chain, clock, log, data } = init
  const epoch = firstEpoch(genesis)
  const key = await openNodeKey(data)
  assertApart(key, init)
  await using started = new AsyncDisposableStack()
  const { dag, book } = await openStores(data, started)
  const gossip = new TransactionGossip(chain, clock, log)
  const contents = new ContentExchange(chain, clock, log)
  const parts: { validator?: Validator; network?: Network } = {}
  const bindings = bindingsOf(init, epoch)
  const { committee } = epoch
  const seats = new Seats(committee, bindings)
  const self = init.validatorKey && committee.placeOf(init.validatorKey.publicKey)
  const round = (): number => parts.validator?.status.round ?? 0
  const proposals = new Proposals({ chain, committee, self, round })
  const commits = new CommitListeners()
  const decisions: Decisions = { direct: 0, indirect: 0, skipped: 0 }
  const validator = await Validator.open({
    epoch,
    parameters: patienceFor(init.links).parameters,
    ...(init.archive ? { retention: Infinity } : {}),
    ports: {
      network: seats.port(() => parts.network),
      signer: init.validatorKey === undefined ? undefined : signerOf(init.validatorKey),
      verify: verifyThrough(init.verifier),
      execution: executionOf(chain, proposals, commits),
      store: dag,
      clock,
      random: systemRandom,
      log,
      observers: observersOf(init, proposals, decisions),
    },
  })
  parts.validator = validator
  started.defer(() => validator.stop())
  const network = await openNetwork(init, {
    key,
    book,
    validator,
    gossip,
    contents,
    seats,
    bindings,
  })
  if (self !== undefined) await takeSeat(self, network, bindings, init)
  parts.network = network
  chain.bringMissing(contents.sourceOf(network))
  await network.start()
  started.defer(() => network.stop())
  started.defer(gossip.connect(network))
  started.defer(
    chain.pool.onAdded((envelope) => {
      proposals.added(envelope)
      validator.poolChanged()
    }),
  )
  const resources = started.move()
  return {
    validator,
    network,
    seats,
    decisions,
    commits,
    start: () => validator.start(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

const close = (store: Store): Promise<void> => store.close()

async function openStores(
  data: string,
  started: AsyncDisposableStack,
): Promise<{ readonly dag: Store; readonly book: Store }> {
  const dag = started.adopt(await openLevel(dagFolder(data), dagBuffers), close)
  const book = started.adopt(await openLevel(path.join(data, 'peers'), bookBuffers), close)
  return { dag, book }
}

interface NetworkParts {
  readonly key: NodeKey
  readonly book: Store
  readonly validator: Validator
  readonly gossip: TransactionGossip
  readonly contents: ContentExchange
  readonly bindings: PeerBindings
  readonly seats: Seats
}

/** The network as consensus and gossip use it; nothing listens yet. */
function openNetwork(
  { chain, clock, log, ...init }: CommitteeNodeInit,
  { key, book, validator, gossip, contents, bindings, seats }: NetworkParts,
): Promise<Network> {
  const own = `/p2p/${key.peerId.toString()}`
  const { connected, disconnected } = seats.attend(validator)
  return Network.open({
    key,
    store: book,
    clock,
    random: systemRandom,
    log,
    status: () => ({
      networkId: chain.genesisHash,
      chainId: Number(chain.chainId),
      head: { height: Number(chain.head.header.number), hash: chain.head.hash },
      epoch: bindings.epoch,
      client: clientVersion,
    }),
    listen: init.listen,
    announce: init.announce,
    staticPeers: init.peers.filter((address) => !address.endsWith(own)),
    bindings,
    mdns: init.mdns,
    timings: patienceFor(init.links).timings,
    pushes: validator.pushes.map((handler) => seats.push(handler)),
    requests: [...validator.requests.map((handler) => seats.request(handler)), contents.requests],
    topics: [gossip.topic, ...validator.topics.map((handler) => seats.topic(handler))],
    events: {
      connected: ({ peer }) => connected(peer),
      disconnected,
      banned: (peer, reason) => log.warn('peer banned', { peer, reason }),
    },
  })
}

/** Throws `NETWORK_KEY_REUSED`. */
function assertApart(key: NodeKey, { genesis, validatorKey }: CommitteeNodeInit): void {
  const accounts = genesis.alloc.flatMap(({ key: own }) => (own === undefined ? [] : [own]))
  const others = validatorKey === undefined ? [] : [validatorKey]
  const all = [...genesis.validators, ...accounts, ...others]
  key.assertApart(...all.map(({ publicKey }) => publicKey))
}

function bindingsOf({ chain, genesis }: CommitteeNodeInit, { committee }: Epoch): PeerBindings {
  const members = genesis.validators.map(({ publicKey, peerId }) => ({ publicKey, peer: peerId }))
  return new PeerBindings(chain.genesisHash, committee.epoch, members)
}

/**
 * Tells the network that this node speaks for the validator. Throws `NODE_BINDING_FORM`, and
 * `NODE_KEY_OTHER` where another node does; when one does later, that ends this one.
 */
async function takeSeat(
  self: number,
  network: Network,
  bindings: PeerBindings,
  { data, onFailed }: CommitteeNodeInit,
): Promise<void> {
  const binding = await readBinding(data)
  if (binding !== undefined) await announce(data, binding, network)
  const found = network.peer
  bindings.avow(found, self)
  const check = (): void => {
    const expected = bindings.peerOf(self)
    if (expected === found) return
    throw new Fault(
      { code: 'NODE_KEY_OTHER', file: nodeKeyFile(data), found, expected: expected ?? null },
      'another node speaks for the validator, and the others answer that one alone: bring its node.key, or bind the validator to this one with pars validator bind',
    )
  }
  check()
  bindings.watch(() => {
    try {
      check()
    } catch (error) {
      onFailed(error as Error)
    }
  })
}

function signerOf(key: SigningKey): Signer {
  return {
    publicKey: key.publicKey,
    sign: (message, context) => key.signAsync(message, context),
  }
}

/** Before all of the pool's. Consensus bounds its own: what the window has no room for runs at once. */
function verifyThrough(verifier: Verifier): Verify {
  return async (publicKey, message, signature, context) => {
    const verify = (): Promise<boolean> =>
      mlDsa(0x65).verifyAsync(publicKey, message, signature, context)
    const bytes = publicKey.length + message.length + signature.length
    try {
      return await verifier.run({ priority: 'header', source: 'dag', bytes }, verify)
    } catch (error) {
      if (isFault(error, 'POOL_BUSY')) return verify()
      throw error
    }
  }
}

function observersOf(
  init: CommitteeNodeInit,
  proposals: Proposals,
  decisions: Decisions,
): Observers {
  const { chain, log, onFailed } = init
  const keep = (name: string, content: string): void => {
    init.dump(name, content).then(
      (file) => log.warn('written down', { file }),
      (error: unknown) => log.error('not written down', { name, reason: String(error) }),
    )
  }
  return {
    decided({ round, block, direct }) {
      decisions[block === undefined ? 'skipped' : direct ? 'direct' : 'indirect']++
      proposals.abandoned(round - constants.gcDepth)
    },
    accepted: (block) => proposals.accepted(block),
    finalized(height) {
      chain.finalize(BigInt(height)).catch((error: unknown) => {
        log.error('the final height was not written down', { reason: String(error) })
      })
    },
    evidence(evidence) {
      const { kind, author, epoch } = evidence
      keep(`evidence-${epoch}-${author}-${kind}.json`, formatEvidence(evidence))
    },
    contradiction(author, first, second) {
      const content = { kind: 'checkpoint', author, first: hex(first), second: hex(second) }
      keep(`evidence-checkpoint-${author}.json`, JSON.stringify(content, undefined, 2))
    },
    halted({ height, own, other, authors, outvoted }) {
      const facts = { height, own, other, authors }
      keep(
        `${outvoted ? 'outvoted' : 'dissent'}-${height}.json`,
        JSON.stringify(facts, undefined, 2),
      )
      if (!outvoted) {
        // Who is wrong is open: a folder that is emptied now may be the right one.
        log.error('validators disagree: nothing is executed until they are one; ordering goes on', {
          ...facts,
          cure: 'keep the data folder, compare releases and machines with the other operators',
        })
        return
      }
      onFailed(
        new Fault(
          { code: 'NODE_OUTVOTED', ...facts },
          'a quorum came to another block than this node: keep the data folder for the report, mend the machine, and begin with an empty one',
        ),
      )
    },
    doppelganger({ core }) {
      onFailed(
        new Fault(
          { code: 'NODE_DOPPELGANGER', round: core.round },
          'another process signs with this validator key: stop one of the two',
        ),
      )
    },
    failed(part, error) {
      onFailed(error instanceof Error ? error : new Fault({ code: 'NODE_CONSENSUS', part }))
    },
  }
}
