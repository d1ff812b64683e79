import { Adam } from './adam.ts'
import type { Sample } from './digits.ts'
import { crossEntropy, Tape, type Variable } from './tape.ts'

export interface Training {
  readonly parameters: readonly Variable[]
  /** Scores [batch, classes] of a batch of samples. */
  forward(tape: Tape, batch: readonly Sample[]): Variable
}

export interface Schedule {
  readonly epochs: number
  readonly batch: number
  readonly rate: number
}

/** Stochastic gradient descent by Adam; the rate falls to nothing. */
export function train(model: Training, samples: readonly Sample[], schedule: Schedule): void {
  const adam = new Adam(model.parameters)
  const { epochs, batch } = schedule
  const steps = Math.floor(samples.length / batch) * epochs
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let start = 0; start + batch <= samples.length; start += batch) {
      const part = samples.slice(start, start + batch)
      const tape = new Tape()
      crossEntropy(
        model.forward(tape, part),
        part.map(({ label }) => label),
      )
      tape.backward()
      adam.step(schedule.rate * (1 - step / steps))
      step++
    }
  }
}

export function stack(batch: readonly Sample[]): Float64Array {
  return Float64Array.from(batch.flatMap(({ values }) => [...values]))
}
