import { Adversary } from './adversary.ts'
import { settling } from './draw.ts'
import { Machine } from './machine.ts'
import {
  brokenBy,
  checkProgress,
  obstacleOf,
  type Outcome,
  outcomeOf,
  type Start,
} from './outcome.ts'
import { type Fault, maySignTwice, nodesWith, type Scenario } from './scenario.ts'
import type { Watch } from './watch.ts'
import { peerOf, type Ports, soundPorts, twinOf, World } from './world.ts'

/** Between two looks whether a node has recovered; milliseconds. */
const watching = 5

/** Runs one world from start to end, watching every step. */
export function simulate(scenario: Scenario, ports: Ports = soundPorts): Outcome {
  const run = new Run(scenario, ports)
  return outcomeOf(run.world, run.go())
}

class Run {
  readonly world: World
  readonly #scenario: Scenario
  readonly #machines = new Map<number, Machine>()
  /** By node: lengths of its log with their times, for backups. */
  readonly #backups = new Map<
    number,
    { readonly at: number; readonly length: number; readonly commit: number }[]
  >()

  constructor(scenario: Scenario, ports: Ports) {
    this.#scenario = scenario
    this.world = new World(scenario, ports)
  }

  get #watch(): Watch {
    return this.world.watch
  }

  go(): Outcome['violation'] {
    try {
      this.#populate()
      for (const fault of this.#scenario.faults) this.#plan(fault)
      this.#load(0)
      const { stable, end } = this.#scenario
      this.world.run(stable)
      this.world.network.calm()
      const committed = new Map(
        [...this.#machines].map(([index, { status }]) => [index, status?.committed ?? 0]),
      )
      const { height } = this.#watch
      this.world.run(end)
      this.#checkLiveness({ committed, height })
      return undefined
    } catch (error) {
      return brokenBy(error)
    }
  }

  #populate(): void {
    const { stakes, skews, faults } = this.#scenario
    for (const index of stakes.keys()) {
      const options = { index, peer: peerOf(index), skew: skews[index] ?? 0 }
      const fault = faults.find((each) => each.kind === 'byzantine' && each.node === index)
      if (fault?.kind === 'byzantine') {
        const machine = new Adversary(
          this.world,
          { ...options, author: undefined, self: index },
          fault.traits,
        )
        this.world.timeline.after(0, () => machine.boot())
      } else {
        const machine = new Machine(this.world, { ...options, author: index })
        this.#machines.set(index, machine)
        this.world.timeline.after(this.world.dice.below(200), () => machine.boot())
      }
    }
  }

  #plan(fault: Fault): void {
    this.world.timeline.after(fault.at, () => {
      this.#watch.note(`fault ${fault.kind}`)
      this.#inflict(fault)
    })
  }

  #inflict(fault: Fault): void {
    const { network } = this.world
    switch (fault.kind) {
      case 'byzantine':
        return undefined
      case 'crash':
      case 'amnesia':
      case 'corruption':
      case 'rollback':
        return this.#crash(fault)
      case 'relapse':
        return this.#awaitRecovery(fault, this.world.time + fault.length)
      case 'twin':
        return this.#twin(fault)
      case 'partition': {
        const { groups } = fault
        const obstacle = obstacleOf(fault)
        network.add(obstacle)
        this.#isolate(obstacle, groups)
        return this.#until(fault, () => {
          network.remove(obstacle)
          this.#watch.reunites(obstacle)
        })
      }
      case 'cut':
      case 'slow': {
        const obstacle = obstacleOf(fault)
        network.add(obstacle)
        return this.#until(fault, () => network.remove(obstacle))
      }
      case 'disk': {
        const machine = this.#machines.get(fault.node)
        if (machine === undefined) return undefined
        machine.diskDelay = fault.delay
        return this.#until(fault, () => {
          machine.diskDelay = this.#scenario.disk.delay
        })
      }
      case 'divergence':
        return this.#diverge(fault)
      // Its fault is one of the store, which these worlds do not have.
      case 'full':
        return undefined
    }
  }

  /** Who has no quorum in its group makes no commit that was not under way. */
  #isolate(key: object, groups: readonly number[]): void {
    const { committee } = this.world.epoch
    const stakes = new Map<number, bigint>()
    for (const [author, group] of groups.entries()) {
      stakes.set(group, (stakes.get(group) ?? 0n) + committee.stakeOf(author))
    }
    const alone = [...groups.entries()].filter(
      ([, group]) => (stakes.get(group) ?? 0n) < committee.quorum,
    )
    const rounds = [...this.#machines.values()].map(({ status }) => status?.round ?? 0)
    const nodes = alone.map(([index]) => index)
    this.#watch.isolates(key, nodes, Math.max(...rounds))
  }

  #until({ length }: { readonly length: number }, task: () => void): void {
    this.world.timeline.after(length, task)
  }

  #crash(fault: Extract<Fault, { readonly down: number }>): void {
    const machine = this.#machines.get(fault.node)
    if (machine === undefined || !machine.isUp) return
    machine.crash()
    if (fault.kind === 'amnesia' || fault.kind === 'corruption') this.#watch.forgets(machine)
    if (fault.kind === 'amnesia') {
      machine.disk.wipe()
      machine.execution.rollBack(0)
    } else if (fault.kind === 'corruption') machine.disk.wipe()
    else if (fault.kind === 'rollback') this.#rollBack(machine, fault.age)
    this.world.timeline.after(fault.down, () => {
      if (!machine.isUp) machine.boot()
    })
  }

  #diverge(fault: Extract<Fault, { readonly kind: 'divergence' }>): void {
    const machine = this.#machines.get(fault.node)
    if (machine === undefined) return
    machine.execution.deviation = 'wrong'
    if (fault.at + fault.length >= this.#scenario.stable) return
    this.#until(fault, () => {
      machine.crash()
      machine.execution.deviation = ''
      machine.execution.rollBack(0)
      if (!machine.isUp) machine.boot()
    })
  }

  #awaitRecovery(fault: Extract<Fault, { readonly kind: 'relapse' }>, end: number): void {
    const machine = this.#machines.get(fault.node)
    if (machine === undefined || this.world.time >= end) return
    if (machine.isUp && machine.disk.hasBegun) return this.#crash(fault)
    this.world.timeline.after(watching, () => this.#awaitRecovery(fault, end))
  }

  #rollBack(machine: Machine, age: number): void {
    const backups = this.#backups.get(machine.index) ?? []
    const old = backups.findLast(({ at }) => at <= this.world.time - age)
    machine.disk.rollBack(old?.length ?? 0)
    machine.execution.rollBack(old?.commit ?? 0)
    this.#backups.delete(machine.index)
  }

  #twin({ node, length }: Extract<Fault, { readonly kind: 'twin' }>): void {
    const original = this.#machines.get(node)
    if (original === undefined) return
    const index = this.#scenario.stakes.length + node
    if (this.world.participants.has(index)) return
    const disk = original.disk.copy()
    const twin = new Machine(this.world, { index, peer: twinOf(node), author: node, skew: 0 }, disk)
    twin.execution = original.execution.copy()
    twin.boot()
    this.#until({ length }, () => {
      twin.crash()
      this.world.leave(twin)
    })
  }

  /** A transaction to one node after another; and notes what a backup would hold. */
  #load(count: number): void {
    const { load, faults, stable, end } = this.#scenario
    const rollsBack = faults.some(({ kind }) => kind === 'rollback') && this.world.time < stable
    if (rollsBack) this.#backUp()
    if (load === 0 && !rollsBack) return
    this.world.timeline.after(load === 0 ? 50 : load, () => {
      if (this.world.time >= end) return
      const machines = [...this.#machines.values()].filter(({ isUp }) => isUp)
      if (load > 0 && machines.length > 0) {
        this.world.dice.pick(machines).submit(new Uint8Array(8).fill(count % 256))
      }
      this.#load(count + 1)
    })
  }

  #backUp(): void {
    const at = this.world.time
    for (const [index, { disk, execution }] of this.#machines) {
      const backups = this.#backups.get(index) ?? []
      backups.push({ at, length: disk.length, commit: Math.min(execution.commit, disk.committed) })
      this.#backups.set(index, backups)
    }
  }

  /** I8: every sound node is in step, and every honest block is ordered. */
  #checkLiveness(start: Start): void {
    const { faults, stable, end } = this.#scenario
    const broken = nodesWith(faults, maySignTwice)
    for (const [index, { status }] of this.#machines) {
      if (broken.has(index)) continue
      const { committed = 0, finalized = 0, isHalted = false, standing } = status ?? {}
      const reached = { committed, finalized, isHalted, standing }
      checkProgress(this.world, start, { index, author: index, ...reached })
    }
    const slack = settling(this.world.parameters)
    const orphans = this.#watch.orphans(stable + slack, end - slack)
    const [orphan] = orphans
    if (orphan !== undefined) {
      this.#watch.fail('I8', `${orphans.length} blocks are lost: ${orphan.author} ${orphan.round}`)
    }
  }
}
