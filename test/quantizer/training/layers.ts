import { erf, exp } from '../../../quantizer/index.ts'
import { type Tape, type Variable, variable } from './tape.ts'

const epsilon = 1e-5

function phi(value: number): number {
  return 0.5 * (1 + erf(value * 0.7071067811865476))
}

/** x Φ(x). */
export function gelu(tape: Tape, x: Variable): Variable {
  return tape.each(
    x,
    (value) => value * phi(value),
    (value) => phi(value) + value * 0.3989422804014327 * exp((-value * value) / 2),
  )
}

/** Over the last dimension, without gain and shift. */
export function normalizeRows(tape: Tape, x: Variable): Variable {
  const length = x.shape.at(-1) as number
  const rows = x.data.length / length
  return normalize(tape, x, {
    groups: rows,
    size: length,
    at: (row, index) => row * length + index,
  }).result
}

export interface BatchStatistics {
  readonly mean: Float64Array
  readonly variance: Float64Array
}

export function batchStatistics(channels: number): BatchStatistics {
  return { mean: new Float64Array(channels), variance: new Float64Array(channels).fill(1) }
}

/** Each channel (last dimension) over the batch; `running` follows what was seen. */
export function normalizeChannels(tape: Tape, x: Variable, running: BatchStatistics): Variable {
  const channels = x.shape.at(-1) as number
  const { result, mean, variance } = normalize(tape, x, {
    groups: channels,
    size: x.data.length / channels,
    at: (channel, index) => index * channels + channel,
  })
  for (let channel = 0; channel < channels; channel++) {
    const follow = (known: Float64Array, seen: Float64Array): void => {
      known[channel] = 0.9 * (known[channel] as number) + 0.1 * (seen[channel] as number)
    }
    follow(running.mean, mean)
    follow(running.variance, variance)
  }
  return result
}

interface Groups {
  readonly groups: number
  readonly size: number
  readonly at: (group: number, index: number) => number
}

function normalize(
  tape: Tape,
  x: Variable,
  { groups, size, at }: Groups,
): { readonly result: Variable } & BatchStatistics {
  const mean = new Float64Array(groups)
  const variance = new Float64Array(groups)
  const result = tape.record(x.shape, ({ slope, data }) => {
    for (let group = 0; group < groups; group++) {
      let sum = 0
      let inner = 0
      for (let index = 0; index < size; index++) {
        const place = at(group, index)
        sum += slope[place] as number
        inner += (slope[place] as number) * (data[place] as number)
      }
      const spread = Math.sqrt((variance[group] as number) + epsilon)
      for (let index = 0; index < size; index++) {
        const place = at(group, index)
        const own = (slope[place] as number) - sum / size - ((data[place] as number) * inner) / size
        x.slope[place] = (x.slope[place] as number) + own / spread
      }
    }
  })
  for (let group = 0; group < groups; group++) {
    let sum = 0
    for (let index = 0; index < size; index++) sum += x.data[at(group, index)] as number
    const centre = sum / size
    let squares = 0
    for (let index = 0; index < size; index++) {
      const distance = (x.data[at(group, index)] as number) - centre
      squares += distance * distance
    }
    mean[group] = centre
    variance[group] = squares / size
    const spread = Math.sqrt(squares / size + epsilon)
    for (let index = 0; index < size; index++) {
      const place = at(group, index)
      result.data[place] = ((x.data[place] as number) - centre) / spread
    }
  }
  return { result, mean, variance }
}

/** Multiplies the last dimension by `gain`, then adds `shift`. */
export function affine(tape: Tape, x: Variable, gain: Variable, shift: Variable): Variable {
  const size = gain.data.length
  const gained = tape.record(x.shape, ({ slope }) => {
    for (let index = 0; index < slope.length; index++) {
      const own = slope[index] as number
      const channel = index % size
      x.slope[index] = (x.slope[index] as number) + own * (gain.data[channel] as number)
      gain.slope[channel] = (gain.slope[channel] as number) + own * (x.data[index] as number)
    }
  })
  for (let index = 0; index < x.data.length; index++) {
    gained.data[index] = (x.data[index] as number) * (gain.data[index % size] as number)
  }
  return tape.add(gained, shift)
}

export function ones(size: number): Variable {
  return variable([size], new Float64Array(size).fill(1))
}
