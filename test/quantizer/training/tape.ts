import { exp } from '../../../quantizer/index.ts'
import type { Sequence } from './random.ts'

/** A tensor and the slope of the loss in each element. */
export interface Variable {
  readonly shape: readonly number[]
  readonly data: Float64Array
  readonly slope: Float64Array
}

export function variable(shape: readonly number[], data?: ArrayLike<number>): Variable {
  const size = shape.reduce((all, dimension) => all * dimension, 1)
  const values = data === undefined ? new Float64Array(size) : Float64Array.from(data)
  return { shape, data: values, slope: new Float64Array(size) }
}

/** Uniform around zero, as wide as `inputs` to a neuron allow. */
export function weights(random: Sequence, shape: readonly number[], inputs: number): Variable {
  const made = variable(shape)
  const width = Math.sqrt(3 / inputs)
  for (let index = 0; index < made.data.length; index++) made.data[index] = random.real() * width
  return made
}

/** Remembers what was computed, to walk back over it: reverse-mode differentiation. */
export class Tape {
  readonly #back: (() => void)[] = []

  record(shape: readonly number[], back: (result: Variable) => void): Variable {
    const result = variable(shape)
    this.#back.push(() => back(result))
    return result
  }

  /** Adds to the slopes of everything, from those of the last result. */
  backward(): void {
    for (const step of this.#back.toReversed()) step()
  }

  /** [batch, m, k] · [batch or 1, k, n]. */
  product(a: Variable, b: Variable): Variable {
    const [batch, m, k] = a.shape as [number, number, number]
    const [copies, , n] = b.shape as [number, number, number]
    const result = this.record([batch, m, n], ({ slope }) => {
      for (let index = 0; index < batch; index++) {
        const other = copies === 1 ? 0 : index
        const from = { a: index * m * k, b: other * k * n, out: index * m * n }
        slopes(a, b, slope, from, [m, k, n])
      }
    })
    for (let index = 0; index < batch; index++) {
      const other = copies === 1 ? 0 : index
      const from = { a: index * m * k, b: other * k * n, out: index * m * n }
      multiply(a.data, b.data, result.data, from, [m, k, n])
    }
    return result
  }

  /** `b` repeats along the leading dimensions of `a`. */
  add(a: Variable, b: Variable): Variable {
    const size = b.data.length
    const result = this.record(a.shape, ({ slope }) => {
      for (let index = 0; index < slope.length; index++) {
        const value = slope[index] as number
        a.slope[index] = (a.slope[index] as number) + value
        b.slope[index % size] = (b.slope[index % size] as number) + value
      }
    })
    for (let index = 0; index < result.data.length; index++) {
      result.data[index] = (a.data[index] as number) + (b.data[index % size] as number)
    }
    return result
  }

  scale(a: Variable, factor: number): Variable {
    return this.each(
      a,
      (x) => x * factor,
      () => factor,
    )
  }

  relu(a: Variable): Variable {
    return this.each(
      a,
      (x) => (x > 0 ? x : 0),
      (x) => (x > 0 ? 1 : 0),
    )
  }

  each(a: Variable, value: (x: number) => number, derivative: (x: number) => number): Variable {
    const result = this.record(a.shape, ({ slope }) => {
      for (let index = 0; index < slope.length; index++) {
        const chained = (slope[index] as number) * derivative(a.data[index] as number)
        a.slope[index] = (a.slope[index] as number) + chained
      }
    })
    for (let index = 0; index < a.data.length; index++) {
      result.data[index] = value(a.data[index] as number)
    }
    return result
  }

  /** The elements at `positions`, zero for -1: embeddings, transpositions, windows of images. */
  gather(a: Variable, positions: ArrayLike<number>, shape: readonly number[]): Variable {
    const result = this.record(shape, ({ slope }) => {
      for (let index = 0; index < slope.length; index++) {
        const from = positions[index] as number
        if (from >= 0) a.slope[from] = (a.slope[from] as number) + (slope[index] as number)
      }
    })
    for (let index = 0; index < result.data.length; index++) {
      const from = positions[index] as number
      result.data[index] = from < 0 ? 0 : (a.data[from] as number)
    }
    return result
  }

  /** Along the last dimension. */
  softmax(a: Variable): Variable {
    const length = a.shape.at(-1) as number
    const result: Variable = this.record(a.shape, ({ slope, data }) => {
      for (let start = 0; start < data.length; start += length) {
        let inner = 0
        for (let index = start; index < start + length; index++) {
          inner += (slope[index] as number) * (data[index] as number)
        }
        for (let index = start; index < start + length; index++) {
          const own = (data[index] as number) * ((slope[index] as number) - inner)
          a.slope[index] = (a.slope[index] as number) + own
        }
      }
    })
    for (let start = 0; start < a.data.length; start += length) {
      const row = softmaxOf(a.data.subarray(start, start + length))
      result.data.set(row, start)
    }
    return result
  }
}

function softmaxOf(row: Float64Array): Float64Array {
  const largest = row.reduce((most, value) => Math.max(most, value), -Infinity)
  const powers = row.map((value) => exp(value - largest))
  const total = powers.reduce((sum, value) => sum + value, 0)
  return powers.map((value) => value / total)
}

/** Sets the slopes of scores [batch, classes] for cross-entropy against `classes`, averaged. */
export function crossEntropy(scores: Variable, classes: readonly number[]): void {
  const length = scores.data.length / classes.length
  for (const [index, wanted] of classes.entries()) {
    const row = softmaxOf(scores.data.subarray(index * length, (index + 1) * length))
    for (const [each, probability] of row.entries()) {
      const target = each === wanted ? 1 : 0
      scores.slope[index * length + each] = (probability - target) / classes.length
    }
  }
}

interface Offsets {
  readonly a: number
  readonly b: number
  readonly out: number
}

function multiply(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  from: Offsets,
  [m, k, n]: readonly [number, number, number],
): void {
  for (let row = 0; row < m; row++) {
    for (let inner = 0; inner < k; inner++) {
      const factor = a[from.a + row * k + inner] as number
      if (factor === 0) continue
      const right = from.b + inner * n
      const target = from.out + row * n
      for (let column = 0; column < n; column++) {
        out[target + column] =
          (out[target + column] as number) + factor * (b[right + column] as number)
      }
    }
  }
}

function slopes(
  a: Variable,
  b: Variable,
  slope: Float64Array,
  from: Offsets,
  [m, k, n]: readonly [number, number, number],
): void {
  for (let row = 0; row < m; row++) {
    const target = from.out + row * n
    for (let inner = 0; inner < k; inner++) {
      const left = from.a + row * k + inner
      const right = from.b + inner * n
      const factor = a.data[left] as number
      let sum = 0
      for (let column = 0; column < n; column++) {
        const own = slope[target + column] as number
        sum += own * (b.data[right + column] as number)
        b.slope[right + column] = (b.slope[right + column] as number) + factor * own
      }
      a.slope[left] = (a.slope[left] as number) + sum
    }
  }
}
