/**
 * The end of the order, for a copy of a node: what a new store needs to go on from the last commit. No
 * signing record, no floor and no signature that is still to be said leaves a store this way, and none
 * comes in: those belong to a key, and go by recovery/interchange.ts.
 */
import { equal, Fault, utf8 } from '#base'
import { contexts } from '#protocol'
import type { Store } from '#storage'

import { isCertified } from '../checkpoint/certificate.ts'
import { decodeCertificate } from '../checkpoint/statement.ts'
import type { Block, Digest } from '../core/block.ts'
import { StakeSet } from '../core/committee.ts'
import { commitDigest, blockOf } from '../core/hashes.ts'
import { decodeBlock, unhexed } from '../core/ssz.ts'
import { checkHeader, type Epoch, genesisRefs } from '../core/validity.ts'
import { constants } from '../parameters.ts'
import type { Verify } from '../ports.ts'
import { DagStore } from './dag-store.ts'
import { blockRange, commitRange } from './keys.ts'
import { openDagStore } from './open.ts'
import { decodeStoredCommit, travelling } from './records.ts'

/** First a name, then the bytes that belong to it. */
export type OrderRecord = readonly [name: Uint8Array, bytes: Uint8Array]

const names = {
  commit: utf8('commit'),
  dagBlock: utf8('dag block'),
  checkpoint: utf8('checkpoint'),
} as const

/**
 * Commits that are not executed, those whose leaders are still in the window of the commit rule, their
 * blocks, and the newest checkpoint.
 * @param executed Index of the last commit that is in the chain.
 */
export async function* exportOrder(
  store: Store,
  epoch: number,
  executed: number,
): AsyncGenerator<OrderRecord> {
  const dag = new DagStore(store, epoch, undefined)
  const since = await firstCommit(dag, executed)
  if (since === undefined) return
  for await (const [, value] of dag.entries(commitRange(epoch, since.index))) {
    yield [names.commit, value]
  }
  for await (const [, value] of dag.entries(blockRange(epoch, since.round))) {
    yield [names.dagBlock, travelling(value)]
  }
  const checkpoint = await dag.latestCheckpoint()
  if (checkpoint !== undefined) yield [names.checkpoint, checkpoint]
}

/** Where the part of the order begins that a new store cannot do without. */
async function firstCommit(
  dag: DagStore,
  executed: number,
): Promise<{ readonly index: number; readonly round: number } | undefined> {
  let found: { index: number; round: number } | undefined
  let garbageRound: number | undefined
  for await (const [, value] of dag.entries({ ...commitRange(dag.epoch), reverse: true })) {
    const { commit } = decodeStoredCommit(value)
    garbageRound ??= Math.max(0, commit.leader.round - constants.gcDepth)
    const isNeeded = commit.index > executed || commit.leader.round > garbageRound
    if (!isNeeded && found !== undefined) break
    const rounds = commit.index > executed ? commit.blocks.map(({ round }) => round) : []
    const lowest = Math.min(garbageRound + 1, found?.round ?? Infinity, ...rounds)
    found = { index: commit.index, round: lowest }
  }
  return found
}

export interface OrderImportInit {
  /** An empty one. */
  readonly store: Store
  readonly epoch: Epoch
  readonly verify: Verify
  /** Hash of an own block; undefined above the head. */
  readonly hashOf: (height: number) => Digest | undefined
}

/** What stands behind a chain that came with an order. */
export interface Vouched {
  /** The highest block that a quorum has attested or certified; 0 where none did. */
  readonly height: number
  readonly by: 'attestations' | 'checkpoint' | 'nothing'
}

/** Takes the records of an export into an empty store. Every signature is verified. */
export class OrderImport {
  readonly #init: OrderImportInit
  readonly #dag: DagStore
  readonly #blocks: Block[] = []
  #previous: Digest | undefined
  #certified = 0

  constructor(init: OrderImportInit) {
    this.#init = init
    this.#dag = new DagStore(init.store, init.epoch.committee.epoch, undefined)
  }

  static knows(name: Uint8Array): boolean {
    return Object.values(names).some((one) => equal(name, one))
  }

  /** Throws `CONSENSUS_IMPORT`, `CONSENSUS_RECORD`, and what says that a block breaks the rules. */
  async take([name, bytes]: OrderRecord): Promise<void> {
    if (equal(name, names.commit)) await this.#commit(bytes)
    else if (equal(name, names.dagBlock)) await this.#block(bytes)
    else if (equal(name, names.checkpoint)) await this.#checkpoint(bytes)
    else throw wrong('record')
  }

  /** Throws `CONSENSUS_IMPORT` when order and chain do not belong together. */
  async finish(): Promise<Vouched> {
    const { store, epoch } = this.#init
    const opened = await openDagStore({
      store,
      genesisHash: epoch.genesisHash,
      epoch: epoch.committee.epoch,
      publicKey: undefined,
      gcDepth: constants.gcDepth,
    })
    if (opened.condition.name === 'damaged') throw wrong('order', opened.condition.fault.code)
    const attested = this.#attested()
    if (attested >= this.#certified && attested > 0) return { height: attested, by: 'attestations' }
    if (this.#certified > 0) return { height: this.#certified, by: 'checkpoint' }
    return { height: 0, by: 'nothing' }
  }

  async #commit(bytes: Uint8Array): Promise<void> {
    const { commit, yielding, schedule } = decodeStoredCommit(bytes)
    const isNext = this.#previous === undefined || commit.previous === this.#previous
    if (!isNext || commit.epoch !== this.#dag.epoch) throw wrong('commit')
    const digest = commitDigest(commit)
    this.#previous = digest
    const committed = { commit, digest, blocks: [], yielding }
    await this.#dag.write([[{ type: 'commit', commit: committed, schedule }]])
  }

  async #block(bytes: Uint8Array): Promise<void> {
    const { epoch, verify } = this.#init
    const { header, body } = decodeBlock(bytes)
    const block = blockOf(header, body)
    checkHeader(header, epoch, genesisRefs(epoch))
    const key = epoch.committee.members[block.author]?.publicKey
    const message = unhexed(block.digest)
    const isGood = key && (await verify(key, message, header.signature, contexts.dag))
    if (isGood !== true) throw wrong('signature')
    this.#blocks.push(block)
    await this.#dag.write([[{ type: 'block', block, verified: true }]])
  }

  async #checkpoint(bytes: Uint8Array): Promise<void> {
    const { epoch, verify, hashOf } = this.#init
    const certificate = decodeCertificate(bytes)
    const { height, blockHash, genesisHash } = certificate.checkpoint
    const isOurs = genesisHash === epoch.genesisHash && hashOf(height) === blockHash
    if (!isOurs || !(await isCertified(certificate, epoch.committee, verify))) {
      throw wrong('checkpoint')
    }
    this.#certified = height
    await this.#dag.saveCheckpoint(height, bytes)
  }

  /** The highest height that a quorum attested as it is in the chain. */
  #attested(): number {
    const { epoch, hashOf } = this.#init
    const agreed = new Map<number, number>()
    const dissent = new StakeSet(epoch.committee)
    for (const { author, header } of this.#blocks) {
      for (const { height, blockHash } of header.attestations) {
        const own = hashOf(height)
        if (own === undefined) continue
        if (own !== blockHash) dissent.add(author)
        else if (height > (agreed.get(author) ?? 0)) agreed.set(author, height)
      }
    }
    if (dissent.stake >= epoch.committee.validity) {
      throw wrong('attestations', 'validators have attested another chain than this one')
    }
    return epoch.committee.reachedBy(agreed, epoch.committee.quorum) ?? 0
  }
}

function wrong(what: string, cure = 'the file is damaged or forged: export it again'): Fault {
  return new Fault({ code: 'CONSENSUS_IMPORT', what }, cure)
}
