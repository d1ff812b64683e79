import type { Outcome } from './outcome.ts'
import type { Scenario } from './scenario.ts'
import { simulateNodes } from './simulate-nodes.ts'
import { simulate } from './simulate.ts'
import type { Ports } from './world.ts'

/** Runs the world that `scenario` asks for. */
export async function simulateAny(scenario: Scenario, ports?: Ports): Promise<Outcome> {
  return scenario.world === 'nodes' ? simulateNodes(scenario, ports) : simulate(scenario, ports)
}
