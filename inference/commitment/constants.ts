import type { Program, Tensor } from '../types.ts'

const known = new WeakMap<Program, ReadonlyMap<number, Tensor>>()

/** The data of a constant that is in the model, or that was attached to it. */
export function constantOf(program: Program, value: number): Tensor {
  const tensors =
    known.get(program) ??
    new Map(
      program.constants.flatMap(({ index, tensor }): [number, Tensor][] =>
        tensor === undefined ? [] : [[index, tensor]],
      ),
    )
  known.set(program, tensors)
  const tensor = tensors.get(value)
  if (tensor === undefined) throw new RangeError('a value without data')
  return tensor
}
