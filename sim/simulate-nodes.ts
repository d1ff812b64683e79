import { setImmediate } from 'node:timers/promises'

import { brokenBy, checkProgress, obstacleOf, type Outcome, outcomeOf } from './outcome.ts'
import type { Fault, Scenario } from './scenario.ts'
import { WholeAdversary } from './whole-adversary.ts'
import { WholeNode } from './whole-node.ts'
import { type Ports, soundPorts, World } from './world.ts'

/** Between two times at which many bytes of transactions arrive; milliseconds. */
const largeLoad = 500
/** Between two looks at who is connected; milliseconds. */
const connecting = 50
/** Between two looks of a Byzantine validator at its DAG, or at one that recovers. */
const looking = 10

/**
 * A world of whole nodes: `Validator` with its store, its codecs and its protocols, as production
 * runs them. Slower than `simulate`, whose world has the core alone.
 */
export async function simulateNodes(
  scenario: Scenario,
  ports: Ports = soundPorts,
): Promise<Outcome> {
  const run = new Run(scenario, ports)
  try {
    await run.go()
    return outcomeOf(run.world, undefined)
  } catch (error) {
    return outcomeOf(run.world, brokenBy(error))
  }
}

class Run {
  readonly world: World
  readonly #all: WholeNode[] = []
  readonly #nodes = new Map<number, WholeNode>()

  constructor(scenario: Scenario, ports: Ports) {
    this.world = new World(scenario, ports)
  }

  async go(): Promise<void> {
    const { world } = this
    const { stable, end, faults } = world.scenario
    for (const index of world.scenario.stakes.keys()) this.#populate(index)
    this.#meet()
    this.#pay(0)
    for (const fault of faults) {
      world.timeline.after(fault.at, () => world.follow(this.#inflict(fault)))
    }
    await this.#until(stable)
    world.network.calm()
    const committed = new Map([...this.#nodes].map(([index, node]) => [index, node.committed]))
    const { height } = world.watch
    await this.#until(end)
    for (const [index, { validator }] of this.#nodes) {
      const { committed: reached = 0, finalized = 0, standing } = validator?.status ?? {}
      const isHalted = validator?.status.isHalted ?? false
      const progress = { committed: reached, finalized, standing, isHalted }
      checkProgress(world, { committed, height }, { index, author: index, ...progress })
    }
  }

  #populate(index: number): void {
    const { world } = this
    const { faults } = world.scenario
    const fault = faults.find((each) => each.kind === 'byzantine' && each.node === index)
    if (fault?.kind === 'byzantine') {
      const adversary = new WholeAdversary(world, index, this.#all, fault.traits)
      this.#all.push(adversary)
      world.follow(adversary.boot())
      this.#look(adversary)
    } else {
      const node = new WholeNode(world, index, this.#all)
      this.#all.push(node)
      this.#nodes.set(index, node)
      world.follow(node.begin().then(() => node.boot()))
    }
  }

  #look(adversary: WholeAdversary): void {
    adversary.look()
    this.world.timeline.after(looking, () => this.#look(adversary))
  }

  #meet(): void {
    for (const node of this.#all) node.meet()
    this.world.timeline.after(connecting, () => this.#meet())
  }

  #pay(count: number): void {
    const { timeline, dice, scenario } = this.world
    const { load, transactions } = scenario
    const node = dice.pick([...this.#nodes.values()])
    const isLarge = transactions.bytes * transactions.count > 10_000
    for (let each = 0; each < transactions.count; each++) {
      node.submit(new Uint8Array(transactions.bytes).fill((count + each) % 256))
    }
    timeline.after(Math.max(isLarge ? largeLoad : 50, load), () => this.#pay(count + 1))
  }

  /** Time goes on once nothing is under way: simulated ports wait for nothing but virtual time. */
  async #until(time: number): Promise<void> {
    const { world } = this
    await setImmediate()
    while (world.step(time)) {
      // oxlint-disable-next-line no-await-in-loop -- one event after the other
      await setImmediate()
      if (world.watch.violation !== undefined) throw world.watch.violation
    }
  }

  async #inflict(fault: Fault): Promise<void> {
    const { network, timeline, watch, scenario } = this.world
    const node = 'node' in fault ? this.#nodes.get(fault.node) : undefined
    watch.note(`fault ${fault.kind}`)
    switch (fault.kind) {
      case 'crash':
      case 'amnesia':
      case 'corruption':
        return node === undefined ? undefined : this.#crash(node, fault)
      case 'relapse':
        return node === undefined
          ? undefined
          : this.#awaitRecovery(node, fault, this.world.time + fault.length)
      case 'partition':
      case 'cut':
      case 'slow': {
        const obstacle = obstacleOf(fault)
        network.add(obstacle)
        timeline.after(fault.length, () => network.remove(obstacle))
        return
      }
      case 'disk':
        if (node === undefined) return
        node.store.delay = fault.delay
        timeline.after(fault.length, () => {
          node.store.delay = scenario.disk.delay
        })
        return
      case 'full':
        return node === undefined ? undefined : this.#fill(node, fault)
      case 'divergence':
        return node === undefined ? undefined : this.#diverge(node, fault)
      case 'rollback':
      case 'twin':
      case 'byzantine':
    }
  }

  async #crash(node: WholeNode, fault: Extract<Fault, { readonly down: number }>): Promise<void> {
    const { world } = this
    if (node.validator === undefined) return
    await node.crash()
    if (fault.kind === 'amnesia') node.forget()
    if (fault.kind === 'corruption') await node.store.corrupt((count) => world.dice.below(count))
    world.timeline.after(fault.down, () => world.follow(node.boot()))
  }

  async #awaitRecovery(
    node: WholeNode,
    fault: Extract<Fault, { readonly kind: 'relapse' }>,
    end: number,
  ): Promise<void> {
    const { world } = this
    if (world.time >= end) return
    if (node.isUp && node.disk.hasBegun) return this.#crash(node, fault)
    world.timeline.after(looking, () => world.follow(this.#awaitRecovery(node, fault, end)))
  }

  /** Whoever finds no room ends; somebody makes room and starts it again. */
  #fill(node: WholeNode, { room, length }: Extract<Fault, { readonly kind: 'full' }>): void {
    const { world } = this
    node.store.room = room
    world.timeline.after(length, () => {
      node.store.room = Number.POSITIVE_INFINITY
      if (node.validator === undefined) world.follow(node.boot())
    })
  }

  #diverge(node: WholeNode, { at, length }: Extract<Fault, { readonly kind: 'divergence' }>): void {
    const { world } = this
    node.execution.deviation = 'wrong'
    if (at + length >= world.scenario.stable) return
    world.timeline.after(length, () => {
      node.execution.deviation = ''
      world.follow(this.#repair(node))
    })
  }

  /** The chain is thrown away, not the folder of consensus: what was attested stays known. */
  async #repair(node: WholeNode): Promise<void> {
    if (node.validator !== undefined) await node.crash()
    node.execution.rollBack(0)
    await node.boot()
  }
}
