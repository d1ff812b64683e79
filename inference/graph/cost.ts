import { type ModelReason, refuse } from '../faults.ts'
import type { ModelLimits } from '../limits.ts'
import { widths } from '../onnx/types.ts'
import { sizeOf } from '../operators/shape.ts'
import type { Cost, NodeCost, Program, TensorType } from '../types.ts'

/** What a graph under compilation has come to; refuses what is more than it may be at once. */
export class Totals {
  macs = 0
  elements = 0
  parts = 0
  readonly #most: ModelLimits
  readonly #charge: ((parts: number) => void) | undefined

  constructor(most: ModelLimits, charge: ((parts: number) => void) | undefined) {
    this.#most = most
    this.#charge = charge
  }

  begin(parts: number): void {
    this.parts += parts
    this.#charge?.(parts)
  }

  add({ macs, elements }: NodeCost): void {
    this.macs += macs
    this.elements += elements
    demandWithin({ macs: this.macs, elements: this.elements, peakBytes: 0 }, this.#most)
  }
}

/** Known from types alone: what a run costs whatever its input is. */
export function costOf(program: Omit<Program, 'cost'>, { macs, elements, parts }: Totals): Cost {
  const { inputs, outputs } = program
  return {
    macs,
    elements,
    parts,
    inputBytes: inputs.reduce((all, value) => all + bytesOf(value), 0),
    outputBytes: outputs.reduce((all, value) => all + bytesOf(value), 0),
    peakBytes: peakBytes(program),
  }
}

export function bytesOf({ type, shape }: TensorType): number {
  return sizeOf(shape) * widths[type]
}

/**
 * The values that a node is the last to use, by node; those that nothing uses go with the node that
 * made them. Outputs and constants stay.
 */
export function lastUses({
  nodes,
  outputs,
  constants,
}: Omit<Program, 'cost'>): readonly number[][] {
  const stays = new Set([...outputs, ...constants].map(({ index }) => index))
  const last = new Map<number, number>()
  for (const [at, node] of nodes.entries()) {
    for (const index of [...node.inputs, ...node.outputs]) {
      if (index !== undefined && !stays.has(index)) last.set(index, at)
    }
  }
  const uses: number[][] = nodes.map(() => [])
  for (const [index, at] of last) uses[at]?.push(index)
  return uses
}

function peakBytes(program: Omit<Program, 'cost'>): number {
  const { inputs, constants, nodes, values } = program
  const size = (index: number) => {
    const value = values[index]
    return value === undefined ? 0 : bytesOf(value)
  }
  let now = [...inputs, ...constants].reduce((all, value) => all + bytesOf(value), 0)
  let peak = now
  for (const [at, uses] of lastUses(program).entries()) {
    for (const index of nodes[at]?.outputs ?? []) now += size(index)
    peak = Math.max(peak, now + (nodes[at]?.cost.workingBytes ?? 0))
    for (const index of uses) now -= size(index)
  }
  return peak
}

const bounded = ['macs', 'elements', 'peakBytes'] as const

const reasons: Readonly<Record<(typeof bounded)[number], ModelReason>> = {
  macs: 'macs',
  elements: 'elements',
  peakBytes: 'memory',
}

/** Refuses what costs more than it may. */
export function demandWithin(cost: Pick<Cost, (typeof bounded)[number]>, most: ModelLimits): void {
  for (const name of bounded) {
    if (!(cost[name] <= most[name])) {
      refuse(reasons[name], 'model', `${cost[name]} of at most ${most[name]}`)
    }
  }
}
