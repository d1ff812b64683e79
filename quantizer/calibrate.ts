import type { Range } from './emit/format.ts'
import { calibrationFault } from './faults.ts'
import type { FloatModel } from './float/evaluate.ts'
import { moments } from './float/operators/normalize.ts'
import type { FloatTensor } from './float/tensor.ts'
import { limits } from './limits.ts'

/** What the values of the float graph were over the calibration data. */
export interface Calibration {
  readonly ranges: ReadonlyMap<string, Range>
  /** By the name of a LayerNormalization: the variances of what it took. */
  readonly variances: ReadonlyMap<string, Range>
  /** By the same: the largest distance from its mean. */
  readonly distances: ReadonlyMap<string, Range>
}

/** Throws `QUANTIZER_CALIBRATION` for samples that the model cannot take. */
export function calibrate(
  model: FloatModel,
  samples: readonly (readonly Float32Array[])[],
): Calibration {
  if (samples.length === 0) throw calibrationFault('no samples')
  if (samples.length > limits.samples.value) {
    throw calibrationFault(`more than ${limits.samples.value} samples`)
  }
  const ranges = new Map<string, Range>()
  const variances = new Map<string, Range>()
  const distances = new Map<string, Range>()
  for (const sample of samples) {
    const values = model.trace(sample)
    for (const [name, { data }] of values) {
      if (!model.graph.constants.has(name)) widen(ranges, name, data)
    }
    for (const node of model.graph.nodes) {
      if (node.operator !== 'LayerNormalization') continue
      const x = values.get(node.inputs[0] ?? '') as FloatTensor
      const rows = moments(node, x)
      const length = x.data.length / rows.length
      const distance = (value: number, index: number): number =>
        Math.abs(value - (rows[Math.floor(index / length)]?.mean ?? 0))
      widen(
        variances,
        node.name,
        Float64Array.from(rows, ({ variance }) => variance),
      )
      widen(distances, node.name, x.data.map(distance))
    }
  }
  return { ranges, variances, distances }
}

function widen(ranges: Map<string, Range>, name: string, data: Float64Array): void {
  const known = ranges.get(name)
  let low = known?.low ?? Infinity
  let high = known?.high ?? -Infinity
  for (const value of data) {
    if (!Number.isFinite(value)) throw calibrationFault(`${name} is not finite for a sample`)
    if (value < low) low = value
    if (value > high) high = value
  }
  ranges.set(name, { low, high })
}
