import type { Outcome } from './outcome.ts'
import type { Fault, Scenario } from './scenario.ts'
import { simulate } from './simulate.ts'
import type { Ports } from './world.ts'

/**
 * A smaller scenario that breaks the same invariant: faults are taken away one by one, as long as
 * it still does, then the calm end is cut. Gives the outcome of the smallest.
 */
export function shrink(failure: Outcome, ports?: Ports): Outcome {
  const invariant = failure.violation?.invariant
  const attempt = (scenario: Scenario): Outcome | undefined => {
    const outcome = simulate(scenario, ports)
    return outcome.violation?.invariant === invariant ? outcome : undefined
  }
  let smallest = failure
  for (let hasShrunk = true; hasShrunk;) {
    hasShrunk = false
    for (const scenario of smaller(smallest.scenario)) {
      const outcome = attempt(scenario)
      if (outcome === undefined) continue
      smallest = outcome
      hasShrunk = true
      break
    }
  }
  return smallest
}

function* smaller(scenario: Scenario): Generator<Scenario> {
  const { faults, links } = scenario
  for (const index of faults.keys()) yield { ...scenario, faults: faults.toSpliced(index, 1) }
  for (const [index, fault] of faults.entries()) {
    for (const milder of milderOf(fault)) {
      yield { ...scenario, faults: faults.with(index, milder) }
    }
  }
  if (links.loss > 0 || links.duplicates > 0) {
    yield { ...scenario, links: { ...links, loss: 0, duplicates: 0 } }
  }
  if (scenario.load > 0) yield { ...scenario, load: 0 }
}

/** The same Byzantine validator without one of its habits. */
function* milderOf(fault: Fault): Generator<Fault> {
  if (fault.kind !== 'byzantine') return
  for (const [trait, percent] of Object.entries(fault.traits)) {
    if (percent > 0) yield { ...fault, traits: { ...fault.traits, [trait]: 0 } }
  }
}
