import { setImmediate } from 'node:timers/promises'

import { brokenBy, checkProgress, obstacleOf, type Outcome, outcomeOf } from './outcome.ts'
import type { Fault, Scenario } from './scenario.ts'
import { WholeNode } from './whole-node.ts'
import { soundPorts, World } from './world.ts'

/** Between two looks at who is connected; milliseconds. */
const connecting = 50

/**
 * A world of whole nodes: `Validator` with its store, its codecs and its protocols, as production
 * runs them. Slower than `simulate`, whose world has the core alone, and without Byzantine nodes.
 */
export async function simulateNodes(scenario: Scenario): Promise<Outcome> {
  const world = new World(scenario, soundPorts, new Set())
  const nodes: WholeNode[] = []
  for (const author of scenario.stakes.keys()) nodes.push(new WholeNode(world, author, nodes))
  try {
    await live(world, nodes)
    return outcomeOf(world, undefined)
  } catch (error) {
    return outcomeOf(world, brokenBy(error))
  }
}

async function live(world: World, nodes: readonly WholeNode[]): Promise<void> {
  const { stable, end, faults, load } = world.scenario
  for (const node of nodes) world.follow(node.begin().then(() => node.boot()))
  const meet = (): void => {
    for (const node of nodes) node.meet()
    world.timeline.after(connecting, meet)
  }
  meet()
  const pay = (): void => {
    world.dice.pick(nodes).submit(new Uint8Array(8))
    world.timeline.after(Math.max(50, load), pay)
  }
  pay()
  for (const fault of faults) {
    world.timeline.after(fault.at, () => world.follow(inflict(world, nodes, fault)))
  }
  await run(world, stable)
  world.network.calm()
  const before = nodes.map(({ committed }) => committed)
  await run(world, end)
  const top = world.watch.committed
  for (const { index, committed, validator } of nodes) {
    const { standing } = validator?.status ?? {}
    checkProgress(world.watch, { index, standing, before: before[index] ?? 0, committed, top })
  }
}

/** Time goes on once nothing is under way: simulated ports wait for nothing but virtual time. */
async function run(world: World, time: number): Promise<void> {
  await setImmediate()
  while (world.step(time)) {
    // oxlint-disable-next-line no-await-in-loop -- one event after the other
    await setImmediate()
    if (world.watch.violation !== undefined) throw world.watch.violation
  }
}

async function inflict(world: World, nodes: readonly WholeNode[], fault: Fault): Promise<void> {
  const { network, timeline, watch } = world
  watch.note(`fault ${fault.kind}`)
  switch (fault.kind) {
    case 'crash':
    case 'amnesia':
    case 'corruption': {
      const node = nodes[fault.node]
      if (node?.validator === undefined) return
      await node.crash()
      if (fault.kind === 'amnesia') await node.forget()
      if (fault.kind === 'corruption') await node.store.corrupt((count) => world.dice.below(count))
      timeline.after(fault.down, () => world.follow(node.boot()))
      return
    }
    case 'partition':
    case 'cut': {
      const obstacle = obstacleOf(fault)
      network.add(obstacle)
      timeline.after(fault.length, () => network.remove(obstacle))
      return
    }
    case 'disk': {
      const node = nodes[fault.node]
      if (node === undefined) return
      node.store.delay = fault.delay
      timeline.after(fault.length, () => {
        node.store.delay = 1
      })
      return
    }
    case 'slow':
    case 'rollback':
    case 'twin':
    case 'byzantine':
  }
}
