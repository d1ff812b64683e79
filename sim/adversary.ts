import type { Block, Digest } from '#consensus'

import { Machine, type MachineOptions } from './machine.ts'
import { Malice } from './malice.ts'
import type { Message, Participant } from './message.ts'
import type { Traits } from './scenario.ts'
import type { World } from './world.ts'

/**
 * A Byzantine validator: follows the DAG like everybody, and makes of it whatever blocks its key can
 * sign, shows them to whom it likes, and answers as it likes.
 */
export class Adversary extends Machine {
  readonly #self: number
  readonly #malice: Malice

  constructor(world: World, options: MachineOptions & { readonly self: number }, traits: Traits) {
    super(world, options)
    this.#self = options.self
    this.#malice = new Malice(world, options.self, traits, {
      now: () => this.now,
      status: () => this.status,
      others: () => world.participants.keys(),
      holds: (digest) => this.find(digest) !== undefined,
      later: (delay, task) => this.later(delay, task),
      show: (block, to) => this.#show(block, to),
    })
  }

  override receive(from: Participant, message: Message): void {
    const malice = this.#malice
    if (message.type === 'push') {
      malice.remember(message.block)
      if (malice.tries('forges')) {
        this.world.broadcast(this, { type: 'push', block: malice.forgeOf(message.block) })
      }
    } else if (message.type === 'blocks') message.blocks.forEach((block) => malice.remember(block))
    else if (message.type === 'ask') return this.#answerTo(from, message)
    else if (message.type === 'fetchCommits' && malice.tries('lies')) {
      return this.#cheat(from, message)
    }
    super.receive(from, message)
  }

  protected override serve(digest: Digest, to: Participant): Block | undefined {
    return this.#malice.isFor(digest, to.index) ? super.serve(digest, to) : undefined
  }

  protected override stepped(): void {
    this.#malice.stepped()
  }

  #show(block: Block, to: ReadonlySet<number>): void {
    super.receive(this, { type: 'push', block })
    for (const index of to) {
      this.world.send(this, this.world.participants.get(index), { type: 'push', block })
    }
  }

  #answerTo(
    from: Participant,
    { author, challenge }: Extract<Message, { readonly type: 'ask' }>,
  ): void {
    const { own, yours } = this.#malice.testify(author)
    const answer = { own: own?.header, yours: yours?.header }
    this.world.send(this, from, { type: 'answer', author: this.#self, challenge, ...answer })
  }

  /** Commits with something wrong about them. */
  #cheat(
    to: Participant,
    { from, to: last }: Extract<Message, { readonly type: 'fetchCommits' }>,
  ): void {
    const { dice } = this.world
    const range = this.disk.range(from, last)
    const kind = dice.below(4)
    const commits = range.commits.map((commit) =>
      kind === 0 ? { ...commit, timestampMs: commit.timestampMs + 1 } : commit,
    )
    this.world.send(this, to, {
      type: 'commits',
      range: {
        commits: kind === 1 ? commits.toReversed() : commits,
        blocks: kind === 2 ? range.blocks.slice(1) : range.blocks,
        headers: kind === 3 ? [] : range.headers,
      },
    })
  }
}
