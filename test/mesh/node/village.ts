import assert from 'node:assert/strict'

import type { Link } from '../../../mesh/node/link.ts'
import { MeshNode } from '../../../mesh/node/node.ts'
import { MeshIdentity } from '../../../mesh/reach/identity.ts'
import {
  Air,
  type Conditions,
  SeededRandom,
  SimMedium,
  VirtualClock,
} from '../../../mesh/sim/index.ts'

export const day = 86_400_000

/** Nodes in one virtual time, and what came to each. */
export class Village {
  readonly clock = new VirtualClock()
  readonly random: SeededRandom
  readonly nodes: MeshNode[] = []
  readonly received: string[][] = []
  readonly links: Link[][] = []

  constructor(seed: string) {
    this.random = new SeededRandom(seed)
  }

  add(): MeshNode {
    const received: string[] = []
    const links: Link[] = []
    this.received.push(received)
    this.links.push(links)
    const node = new MeshNode({
      clock: this.clock,
      random: new SeededRandom(`node ${this.nodes.length}`),
      clockIsTrusted: () => true,
      linked(link) {
        links.push(link)
        link.receive = (object) => void received.push(Buffer.from(object).toString())
      },
    })
    this.nodes.push(node)
    return node
  }

  /** So many nodes, each on a medium with the next. */
  async line(count: number, conditions: Conditions): Promise<void> {
    this.add()
    for (let index = 1; index < count; index++) {
      const air = new Air(this.clock, this.random, conditions)
      this.add()
      await this.nodes[index - 1]?.attach(new SimMedium(air, `${index - 1} right`))
      await this.nodes[index]?.attach(new SimMedium(air, `${index} left`))
    }
  }

  identity(): MeshIdentity {
    return MeshIdentity.create(this.random, this.clock.now())
  }

  /** Time goes on until it is settled. */
  async until<Value>(promise: Promise<Value>, span = day): Promise<Value> {
    let isSettled = false
    const done = promise.finally(() => (isSettled = true))
    done.catch(() => {})
    assert.ok(await this.clock.run(span, () => isSettled), 'it is not settled by then')
    return done
  }
}
