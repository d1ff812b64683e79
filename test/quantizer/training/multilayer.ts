import { writeModel } from '../../../inference/index.ts'
import { digits } from './digits.ts'
import { initializer } from './export.ts'
import { Sequence } from './random.ts'
import { type Tape, type Variable, variable, weights } from './tape.ts'
import { stack, train } from './train.ts'

/** A float ONNX model 256-64-10 that reads digits. */
export function trainMultilayer(): Uint8Array {
  const random = new Sequence(1)
  const first = weights(random, [1, 256, 64], 256)
  const firstBias = variable([64])
  const second = weights(random, [1, 64, 10], 64)
  const secondBias = variable([10])
  const forward = (tape: Tape, batch: Parameters<typeof stack>[0]): Variable => {
    const x = variable([1, batch.length, 256], stack(batch))
    const hidden = tape.relu(tape.add(tape.product(x, first), firstBias))
    return tape.add(tape.product(hidden, second), secondBias)
  }
  const parameters = [first, firstBias, second, secondBias]
  train({ parameters, forward }, digits(2_000, 11), { epochs: 5, batch: 20, rate: 0.004 })
  return writeModel({
    opset: 13,
    inputs: [{ name: 'image', type: 'float', shape: [1, 256] }],
    outputs: [{ name: 'scores', type: 'float', shape: [1, 10] }],
    initializers: [
      initializer('first', [256, 64], first.data),
      initializer('firstBias', [64], firstBias.data),
      initializer('second', [64, 10], second.data),
      initializer('secondBias', [10], secondBias.data),
    ],
    nodes: [
      { operator: 'Gemm', inputs: ['image', 'first', 'firstBias'], outputs: ['sums'] },
      { operator: 'Relu', inputs: ['sums'], outputs: ['hidden'] },
      { operator: 'Gemm', inputs: ['hidden', 'second', 'secondBias'], outputs: ['scores'] },
    ],
  })
}
