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
import { Network, type NodeKey, PeerBindings } from '#mesh'
import { openLevel, type Store } from '#storage'

import { systemRandom } from '../random.ts'
import { clientVersion } from '../version.ts'
import { dagBuffers, dagFolder } from './begin.ts'
import { CommitListeners } from './commit-listeners.ts'
import { executionOf } from './execution.ts'
import { nodeKeyFile, openNodeKey } from './node-key.ts'
import { Proposals } from './proposals.ts'
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
  /** Writes what somebody has to look at into the data folder, and gives the file's name. */
  readonly dump: (name: string, content: string) => Promise<string>
  /** What ends the node: a store that fails, or results that the others contradict. */
  readonly onFailed: (error: Error) => void
}

export interface CommitteeNode extends AsyncDisposable {
  readonly validator: Validator
  readonly network: Network
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
  checkNodeKey(key, init, epoch)
  await using started = new AsyncDisposableStack()
  const dag = started.adopt(await openLevel(dagFolder(data), dagBuffers), (store) => store.close())
  const book = started.adopt(await openLevel(path.join(data, 'peers'), bookBuffers), (store) =>
    store.close(),
  )
  const gossip = new TransactionGossip(chain, clock, log)
  const parts: { validator?: Validator; network?: Network } = {}
  const proposals = new Proposals({
    chain,
    committee: epoch.committee,
    self: init.validatorKey && epoch.committee.placeOf(init.validatorKey.publicKey),
    round: () => parts.validator?.status.round ?? 0,
  })
  const commits = new CommitListeners()
  const decisions: Decisions = { direct: 0, indirect: 0, skipped: 0 }
  const validator = await Validator.open({
    epoch,
    ...(init.archive ? { retention: Infinity } : {}),
    ports: {
      network: {
        push: (...given) => parts.network?.push(...given) ?? false,
        request: (...given) => networkOf(parts).request(...given),
        publish: (...given) => networkOf(parts).publish(...given),
        blame: (...given) => parts.network?.blame(...given),
        originOf: (peer) => parts.network?.originOf(peer),
      },
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
  const network = await openNetwork(init, { key, book, validator, gossip, epoch })
  parts.network = network
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
    decisions,
    commits,
    start: () => validator.start(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

interface NetworkParts {
  readonly key: NodeKey
  readonly book: Store
  readonly validator: Validator
  readonly gossip: TransactionGossip
  readonly epoch: Epoch
}

/** The network as consensus and gossip use it; nothing listens yet. */
function openNetwork(
  { genesis, chain, clock, log, ...init }: CommitteeNodeInit,
  { key, book, validator, gossip, epoch }: NetworkParts,
): Promise<Network> {
  const own = `/p2p/${key.peerId.toString()}`
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
      epoch: epoch.committee.epoch,
      client: clientVersion,
    }),
    listen: init.listen,
    announce: init.announce,
    staticPeers: init.peers.filter((address) => !address.endsWith(own)),
    bindings: new PeerBindings(
      chain.genesisHash,
      epoch.committee.epoch,
      genesis.validators.map(({ publicKey, peerId }) => ({ publicKey, peer: peerId })),
    ),
    mdns: init.mdns,
    pushes: validator.pushes,
    requests: validator.requests,
    topics: [gossip.topic, ...validator.topics],
    events: {
      connected: ({ peer }) => validator.connected(peer),
      disconnected: (peer) => validator.disconnected(peer),
      banned: (peer, reason) => log.warn('peer banned', { peer, reason }),
    },
  })
}

/** Throws `MESH_KEY_REUSED`, and `NODE_KEY_OTHER` for another node than the genesis names. */
function checkNodeKey(
  key: NodeKey,
  { genesis, validatorKey, data }: CommitteeNodeInit,
  { committee }: Epoch,
): void {
  const accounts = genesis.alloc.flatMap(({ key: own }) => (own === undefined ? [] : [own]))
  key.assertApart(...[...genesis.validators, ...accounts].map(({ publicKey }) => publicKey))
  if (validatorKey === undefined) return
  key.assertApart(validatorKey.publicKey)
  const found = key.peerId.toString()
  const place = committee.placeOf(validatorKey.publicKey)
  const expected = place === undefined ? found : committee.peerOf(place)
  if (expected === found) return
  throw new Fault(
    { code: 'NODE_KEY_OTHER', file: nodeKeyFile(data), found, expected },
    'the genesis binds the validator to another node, and the others answer that one alone: bring its node.key',
  )
}

function networkOf({ network }: { readonly network?: Network }): Network {
  if (network !== undefined) return network
  throw new Fault({ code: 'NODE_NOT_CONNECTED' }, 'the network starts after consensus: ask again')
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
