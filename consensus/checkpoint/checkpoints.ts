import { isFault } from '#base'
import { contexts } from '#protocol'

import type { Digest } from '../core/block.ts'
import { StakeSet } from '../core/committee.ts'
import { unhexed } from '../core/ssz.ts'
import type { Epoch } from '../core/validity.ts'
import { limits } from '../limits.ts'
import type { Ports, RequestHandler, TopicHandler } from '../ports.ts'
import type { DagStore } from '../store/dag-store.ts'
import { checkpointsBetween, heightOfKey } from '../store/keys.ts'
import { decodeCheckpointRequest, protocols } from '../wire/frames.ts'
import { askCertificate, isCertified } from './certificate.ts'
import { History } from './history.ts'
import {
  type Checkpoint,
  checkpointHash,
  checkpointVersion,
  decodeCertificate,
  decodeSigned,
  encodeCertificate,
  encodeSigned,
} from './statement.ts'

interface CheckpointsInit {
  readonly epoch: Epoch
  readonly author: number | undefined
  readonly dag: DagStore
  readonly ports: Ports
  /** Heights up to it may have been signed before they were forgotten (W8). */
  readonly muted: () => number
  readonly connected: ReadonlySet<string>
  readonly read: <Request>(peer: string, decode: () => Request) => Request
  readonly failed: (error: unknown) => void
  /** An archive. */
  readonly keepsAll: boolean
}

interface Vote {
  readonly hash: Digest
  readonly signature: Uint8Array
  /** As it was gossiped. */
  readonly message: Uint8Array
  /** The author has signed another one of this height: nothing more is heard of it. */
  isContradicted?: boolean
}

type Verdict = 'accept' | 'ignore' | 'reject'

const topic = 'checkpoints'

/**
 * Signs a checkpoint every so many final heights, collects those of the others, and keeps the
 * certificate. A signature is on disk before it leaves, and none is made twice for one height (W8).
 */
export class Checkpoints {
  readonly #init: CheckpointsInit
  /** By height and author, above the last certificate. */
  readonly #votes = new Map<number, Map<number, Vote>>()
  #own: Checkpoint | undefined
  #certified = 0
  /** Certificates below it have been looked through. */
  #sparse = 0
  #work: Promise<void> = Promise.resolve()
  #isHalted = false

  constructor(init: CheckpointsInit) {
    this.#init = init
  }

  /** The height of the newest certificate; 0 before the first. */
  get certified(): number {
    return this.#certified
  }

  get topic(): TopicHandler {
    return { name: topic, validate: (message) => this.#validate(message) }
  }

  handler(): RequestHandler {
    const { read, dag } = this.#init
    return {
      id: protocols.checkpoints,
      traffic: 'sync',
      async *answer(request, { peer }) {
        const height = read(peer, () => decodeCheckpointRequest(request))
        const bytes = height === 0 ? await dag.latestCheckpoint() : dag.checkpoint(height)
        if (bytes !== undefined) yield bytes
      },
    }
  }

  async open(): Promise<void> {
    const latest = await this.#init.dag.latestCheckpoint()
    if (latest !== undefined) this.#certified = decodeCertificate(latest).checkpoint.height
  }

  /** Says again what was signed last: it may not have left. */
  start(): void {
    const message = this.#init.dag.ownCheckpoint()
    if (message === undefined) return
    const { checkpoint, signed } = decodeSigned(message)
    const { author, signature } = signed
    if (checkpoint.height <= this.#certified || author !== this.#init.author) return
    const hash = checkpointHash(checkpoint)
    this.#keep(checkpoint.height, author, { hash, signature, message })
    this.#work = this.#work.then(() => this.#publish(message))
  }

  /** `height` is final, and its block is the own one. */
  finalized(height: number): void {
    const interval = limits.checkpointInterval.value
    const due = height - (height % interval)
    const made = Math.max(this.#own?.height ?? 0, this.#certified)
    if (due <= made || due === 0) return
    this.#work = this.#work.then(() => this.#make(due)).catch(this.#init.failed)
  }

  halt(): void {
    this.#isHalted = true
  }

  /** Resolves when no checkpoint is being made. */
  idle(): Promise<void> {
    return this.#work
  }

  async #make(height: number): Promise<void> {
    if (this.#isHalted || height <= (this.#own?.height ?? 0)) return
    const { dag, ports, author, muted } = this.#init
    const checkpoint = await this.#describe(height)
    // What was described while stopping may lack half of the history.
    if (checkpoint === undefined || this.#isHalted) return
    const before = this.#own
    this.#own = checkpoint
    const floor = Math.max(dag.facts.checkpointFloor, muted())
    if (author !== undefined && ports.signer !== undefined && height > floor) {
      const hash = checkpointHash(checkpoint)
      const signature = await ports.signer.sign(unhexed(hash), contexts.checkpoint)
      const message = encodeSigned(checkpoint, { author, signature })
      await dag.signCheckpoint(height, message)
      this.#keep(height, author, { hash, signature, message })
      if (!this.#isHalted) await this.#publish(message)
    }
    await this.#certify()
    if (before !== undefined && before.height > this.#certified) await this.#pull(before)
  }

  /** Signatures of the checkpoint before were lost on the way: others have its certificate. */
  async #pull(checkpoint: Checkpoint): Promise<void> {
    const { epoch, ports, connected } = this.#init
    const bytes = await askCertificate(ports.network, connected, checkpoint, (certificate) =>
      isCertified(certificate, epoch.committee, ports.verify),
    )
    if (bytes === undefined) return
    this.#certified = Math.max(this.#certified, checkpoint.height)
    await this.#save(checkpoint.height, bytes)
  }

  async #describe(height: number): Promise<Checkpoint | undefined> {
    const { epoch, ports } = this.#init
    const facts = await ports.execution.facts(height)
    const historyRoot = await this.#historyRoot(height)
    if (this.#isHalted) return undefined
    if (facts === undefined || historyRoot === undefined) {
      ports.log.warn('no checkpoint: execution does not keep what it needs', { height })
      return undefined
    }
    const { chainId, genesisHash, committee } = epoch
    return {
      version: checkpointVersion,
      chainId,
      genesisHash,
      epoch: committee.epoch,
      height,
      ...facts,
      historyRoot,
      committeeRoot: committee.root,
      nextCommitteeRoot: committee.root,
    }
  }

  /** Over the blocks below `height`. */
  async #historyRoot(height: number): Promise<Digest | undefined> {
    const { dag, ports } = this.#init
    const known = dag.history()
    let history = known === undefined ? new History() : History.decode(known)
    if (history.count > height) history = new History()
    while (history.count < height && !this.#isHalted) {
      // oxlint-disable-next-line no-await-in-loop -- leaves come in order
      const facts = await ports.execution.facts(history.count)
      if (facts === undefined) return undefined
      history.append(facts.blockHash)
    }
    await dag.saveHistory(history.encode())
    return history.count === height ? history.root : undefined
  }

  async #publish(message: Uint8Array): Promise<void> {
    const { network, log } = this.#init.ports
    try {
      await network.publish(topic, message)
    } catch (error) {
      log.debug('the checkpoint went to nobody', { error })
    }
  }

  async #validate(bytes: Uint8Array): Promise<Verdict> {
    const message = bytes.slice()
    const read = this.#decode(message)
    if (read === undefined) return 'reject'
    const { epoch, ports } = this.#init
    const { checkpoint, signed } = read
    const { author, signature } = signed
    const { height } = checkpoint
    const isOurs =
      checkpoint.genesisHash === epoch.genesisHash &&
      checkpoint.chainId === epoch.chainId &&
      checkpoint.epoch === epoch.committee.epoch
    if (!isOurs || height <= this.#certified) return 'ignore'
    const key = epoch.committee.members[author]?.publicKey
    if (key === undefined || height % limits.checkpointInterval.value !== 0) return 'reject'
    const hash = checkpointHash(checkpoint)
    const known = this.#votes.get(height)?.get(author)
    if (known?.hash === hash || known?.isContradicted === true) return 'ignore'
    if (!this.#hasRoom(author, height)) return 'ignore'
    if (!(await ports.verify(key, unhexed(hash), signature, contexts.checkpoint))) return 'reject'
    const first = this.#votes.get(height)?.get(author)
    if (first !== undefined && first.hash !== hash) {
      if (first.isContradicted === true) return 'ignore'
      first.isContradicted = true
      ports.log.warn('a validator has signed two checkpoints of one height', { author, height })
      ports.observers?.contradiction?.(author, first.message, message)
      return 'accept'
    }
    this.#keep(height, author, { hash, signature, message })
    await this.#certify()
    return 'accept'
  }

  #decode(message: Uint8Array): ReturnType<typeof decodeSigned> | undefined {
    try {
      return decodeSigned(message)
    } catch (error) {
      if (isFault(error, 'CONSENSUS_FRAME')) return undefined
      throw error
    }
  }

  /** An author's later checkpoints displace its earlier ones. */
  #hasRoom(author: number, height: number): boolean {
    const heights = this.#heightsOf(author)
    return heights.length < limits.checkpointsPending.value || heights.some((each) => each < height)
  }

  #heightsOf(author: number): readonly number[] {
    return [...this.#votes].filter(([, votes]) => votes.has(author)).map(([height]) => height)
  }

  #keep(height: number, author: number, vote: Vote): void {
    const heights = this.#heightsOf(author)
    if (heights.length >= limits.checkpointsPending.value) {
      this.#votes.get(Math.min(...heights))?.delete(author)
    }
    const votes = this.#votes.get(height)
    if (votes === undefined) this.#votes.set(height, new Map([[author, vote]]))
    else votes.set(author, vote)
    for (const [each, { size }] of this.#votes) if (size === 0) this.#votes.delete(each)
  }

  /** Writes the certificate of the own checkpoint, once a quorum signed it. */
  async #certify(): Promise<void> {
    const { epoch, ports } = this.#init
    const checkpoint = this.#own
    if (checkpoint === undefined || checkpoint.height <= this.#certified) return
    const hash = checkpointHash(checkpoint)
    const votes = [...(this.#votes.get(checkpoint.height) ?? [])].filter(
      ([, vote]) => vote.hash === hash,
    )
    const signers = new StakeSet(epoch.committee)
    for (const [author] of votes) signers.add(author)
    if (signers.stake < epoch.committee.quorum) return
    this.#certified = checkpoint.height
    for (const height of this.#votes.keys()) {
      if (height <= this.#certified) this.#votes.delete(height)
    }
    const signatures = votes
      .toSorted(([a], [b]) => a - b)
      .map(([author, { signature }]) => ({ author, signature }))
    await this.#save(checkpoint.height, encodeCertificate({ checkpoint, signatures }))
    ports.log.info('checkpoint certified', { height: checkpoint.height })
  }

  /** Writes a certificate; of the old ones, which newer ones make needless, few are kept. */
  async #save(height: number, bytes: Uint8Array): Promise<void> {
    const { dag, keepsAll } = this.#init
    await dag.saveCheckpoint(height, bytes)
    const interval = limits.checkpointInterval.value
    const end = height - limits.checkpointsKept.value * interval
    if (keepsAll || end <= this.#sparse || this.#isHalted) return
    const rare = limits.checkpointsSparse.value * interval
    const range = checkpointsBetween(this.#sparse, end)
    await dag.remove(range, (key) => heightOfKey(key) % rare !== 0)
    this.#sparse = end
  }
}
