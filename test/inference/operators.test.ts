import assert from 'node:assert/strict'

import {
  compile,
  type ElementType,
  type NodeSpec,
  type TensorData,
  trace,
  type ValueSpec,
  writeModel,
} from '#inference'

import { bytesOf, newData } from '../../inference/onnx/types.ts'
import { constant, integers, node, value } from './models.ts'

interface Operand {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

function of(type: ElementType, shape: readonly number[], ...values: readonly number[]): Operand {
  return { type, shape, values }
}

function dataOf({ type, values }: Operand): TensorData {
  const data = newData(type, values.length)
  for (const [at, item] of values.entries()) {
    data[at] = (
      data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(item) : item
    ) as never
  }
  return data
}

interface Case {
  readonly opset?: number
  readonly attributes?: NodeSpec['attributes']
  /** Inputs of the graph: x, y, z. */
  readonly inputs: readonly Operand[]
  /** Initializers: a, b, c. */
  readonly constants?: readonly Operand[]
  readonly names?: readonly string[]
  readonly outputs: readonly Operand[]
}

function named(operands: readonly Operand[], names: readonly string[]): readonly ValueSpec[] {
  return operands.map((item, at): ValueSpec => value(names[at]!, item.type, item.shape))
}

/** Runs one node over inputs x, y, z and constants a, b, c, and compares its outputs. */
function check(operator: string, test: Case): void {
  const { opset = 18, attributes = {}, inputs, constants = [], outputs } = test
  const inputNames = ['x', 'y', 'z'].slice(0, inputs.length)
  const constantNames = ['a', 'b', 'c'].slice(0, constants.length)
  const outputNames = outputs.map((_, at) => `out${at}`)
  const program = compile(
    writeModel({
      opset,
      inputs: named(inputs, inputNames),
      outputs: named(outputs, outputNames),
      initializers: constants.map((item, at) => {
        return constant(constantNames[at]!, item.type, item.shape, dataOf(item))
      }),
      nodes: [
        node(operator, test.names ?? [...inputNames, ...constantNames], outputNames, attributes),
      ],
    }),
  )
  const input = Buffer.concat(inputs.map((item) => bytesOf(dataOf(item))))
  const tensors = trace(program, input)
  for (const [at, output] of outputs.entries()) {
    const { data } = tensors[program.outputs[at]!.index]!
    assert.deepEqual(Array.from(data as ArrayLike<number | bigint>, Number), output.values)
  }
}

/** Of 0 to 4. */
function slice(start: number, end: number, step: number, ...values: readonly number[]): void {
  check('Slice', {
    inputs: [of('int8', [5], 0, 1, 2, 3, 4)],
    constants: [of('int64', [1], start), of('int64', [1], end), of('int64', [1], step)],
    names: ['x', 'a', 'b', '', 'c'],
    outputs: [of('int8', [values.length], ...values)],
  })
}

describe('operators of pars-int-1', () => {
  it('add, subtract and multiply modulo the width of the type', () => {
    const ends = of('int32', [3], 2 ** 31 - 1, -(2 ** 31), 65_536)
    check('Add', {
      inputs: [ends],
      constants: [of('int32', [], 1)],
      outputs: [of('int32', [3], -(2 ** 31), 1 - 2 ** 31, 65_537)],
    })
    check('Sub', {
      inputs: [ends],
      constants: [of('int32', [], 1)],
      outputs: [of('int32', [3], 2 ** 31 - 2, 2 ** 31 - 1, 65_535)],
    })
    check('Mul', {
      inputs: [ends],
      constants: [of('int32', [], 65_537)],
      outputs: [of('int32', [3], 2 ** 31 - 65_537, -(2 ** 31), 65_536)],
    })
    check('Mul', {
      inputs: [of('uint8', [2], 200, 16)],
      constants: [of('uint8', [1], 16)],
      outputs: [of('uint8', [2], 128, 0)],
    })
    check('Mul', {
      inputs: [of('uint32', [1], 2 ** 32 - 1)],
      constants: [of('uint32', [1], 2 ** 32 - 1)],
      outputs: [of('uint32', [1], 1)],
    })
  })

  it('divide by a positive constant toward zero', () => {
    check('Div', {
      inputs: [of('int32', [5], 7, -7, 6, -6, -(2 ** 31))],
      constants: [of('int32', [], 7)],
      outputs: [of('int32', [5], 1, -1, 0, 0, -306_783_378)],
    })
    check('Div', {
      inputs: [of('uint32', [2], 2 ** 32 - 1, 2 ** 32 - 2)],
      constants: [of('uint32', [2], 1, 2 ** 32 - 1)],
      outputs: [of('uint32', [2], 2 ** 32 - 1, 0)],
    })
  })

  it('take the remainder with the sign of the divisor, or of the dividend where fmod says so', () => {
    const operands = { inputs: [of('int8', [4], -7, 7, -128, 0)], constants: [of('int8', [], 5)] }
    check('Mod', { ...operands, outputs: [of('int8', [4], 3, 2, 2, 0)] })
    check('Mod', { ...operands, attributes: { fmod: 1 }, outputs: [of('int8', [4], -2, 2, -3, 0)] })
  })

  it('wrap what has no opposite', () => {
    check('Abs', { inputs: [of('int8', [2], -128, -127)], outputs: [of('int8', [2], -128, 127)] })
    check('Neg', {
      inputs: [of('int32', [2], -(2 ** 31), 5)],
      outputs: [of('int32', [2], -(2 ** 31), -5)],
    })
  })

  it('clip with the most decisive where bounds cross, and with bounds left out', () => {
    const x = of('int32', [3], -5, 5, 50)
    const outputs = [of('int32', [3], 4, 4, 4)]
    check('Clip', { inputs: [x], constants: [of('int32', [], 9), of('int32', [], 4)], outputs })
    check('Clip', {
      inputs: [x],
      constants: [of('int32', [], 9)],
      names: ['x', '', 'a'],
      outputs: [of('int32', [3], -5, 5, 9)],
    })
  })

  it('cast to the low bits, and to bool by whether it is 0', () => {
    check('Cast', {
      inputs: [of('int32', [3], 300, -1, 128)],
      attributes: { to: 3 },
      outputs: [of('int8', [3], 44, -1, -128)],
    })
    check('Cast', {
      inputs: [of('int8', [2], -1, 1)],
      attributes: { to: 13 },
      outputs: [of('uint64', [2], 2 ** 64, 1)],
    })
    check('Cast', {
      inputs: [of('int16', [3], 256, 0, -1)],
      attributes: { to: 9 },
      outputs: [of('bool', [3], 1, 0, 1)],
    })
  })

  it('average the elements under a window, toward zero, with pads counted or not', () => {
    const x = of('int32', [1, 1, 3], -5, 2, 1)
    const attributes = { kernel_shape: [2], pads: [1, 0] }
    check('AveragePool', { inputs: [x], attributes, outputs: [of('int32', [1, 1, 3], -5, -1, 1)] })
    check('AveragePool', {
      inputs: [x],
      attributes: { ...attributes, count_include_pad: 1 },
      outputs: [of('int32', [1, 1, 3], -2, -1, 1)],
    })
  })

  it('average what adds up to more than the type holds', () => {
    const attributes = { kernel_shape: [2] }
    check('AveragePool', {
      inputs: [of('int8', [1, 1, 2], 127, 125)],
      attributes,
      outputs: [of('int8', [1, 1, 1], 126)],
    })
    check('AveragePool', {
      inputs: [of('int32', [1, 1, 2], 2 ** 31 - 1, 2 ** 31 - 1)],
      attributes,
      outputs: [of('int32', [1, 1, 1], 2 ** 31 - 1)],
    })
  })

  it('order equal elements by their place', () => {
    const x = of('int32', [5], 3, 7, 7, 1, 7)
    check('TopK', {
      inputs: [x],
      constants: [of('int64', [1], 4)],
      outputs: [of('int32', [4], 7, 7, 7, 3), of('int64', [4], 1, 2, 4, 0)],
    })
    check('TopK', {
      inputs: [x],
      constants: [of('int64', [1], 2)],
      attributes: { largest: 0 },
      outputs: [of('int32', [2], 1, 3), of('int64', [2], 3, 0)],
    })
    check('ArgMax', { inputs: [x], attributes: { keepdims: 0 }, outputs: [of('int64', [], 1)] })
    check('ArgMax', {
      inputs: [x],
      attributes: { select_last_index: 1 },
      outputs: [of('int64', [1], 4)],
    })
    check('ArgMin', { inputs: [x], outputs: [of('int64', [1], 3)] })
  })

  it('count indices from the back where they are negative', () => {
    check('Gather', {
      inputs: [of('int16', [3], 10, 20, 30)],
      constants: [of('int32', [4], -1, 0, -3, 2)],
      outputs: [of('int16', [4], 30, 10, 10, 30)],
    })
  })

  it('slice backward, and to ends beyond the axis', () => {
    slice(1, 2 ** 62, 2, 1, 3)
    slice(-1, -(2 ** 62), -1, 4, 3, 2, 1, 0)
    slice(-2, -4, -1, 3, 2)
    slice(-100, -100, -1, 0)
  })

  it('mirror without the edge, and repeat the edge', () => {
    const operands = { inputs: [of('int8', [3], 1, 2, 3)], constants: [of('int64', [2], 2, 1)] }
    const padded = (mode: string, ...values: readonly number[]) => {
      check('Pad', { ...operands, attributes: { mode }, outputs: [of('int8', [6], ...values)] })
    }
    padded('reflect', 3, 2, 1, 2, 3, 2)
    padded('edge', 1, 1, 1, 2, 3, 3)
    padded('constant', 0, 0, 1, 2, 3, 0)
  })

  it('convolve with pads that count as the zero point, in groups', () => {
    check('ConvInteger', {
      inputs: [of('uint8', [1, 2, 2], 3, 5, 7, 9)],
      constants: [of('int8', [2, 1, 2], 1, 2, 1, -1), of('uint8', [], 3)],
      attributes: { group: 2, pads: [1, 0] },
      outputs: [of('int32', [1, 2, 2], 0, 4, -4, -2)],
    })
  })

  it('read axes where the opset has them', () => {
    const x = of('int32', [1, 2], 4, 6)
    check('Squeeze', {
      opset: 11,
      inputs: [x],
      attributes: { axes: [0] },
      outputs: [of('int32', [2], 4, 6)],
    })
    check('Squeeze', {
      opset: 13,
      inputs: [x],
      constants: [of('int64', [1], 0)],
      outputs: [of('int32', [2], 4, 6)],
    })
    check('ReduceSum', {
      opset: 12,
      inputs: [x],
      attributes: { axes: [1] },
      outputs: [of('int32', [1, 1], 10)],
    })
    check('ReduceMax', {
      opset: 17,
      inputs: [x],
      attributes: { axes: [1], keepdims: 0 },
      outputs: [of('int32', [1], 6)],
    })
    check('Split', {
      opset: 12,
      inputs: [x],
      attributes: { axis: 1, split: [1, 1] },
      outputs: [of('int32', [1, 1], 4), of('int32', [1, 1], 6)],
    })
    check('Split', {
      opset: 18,
      inputs: [x],
      attributes: { axis: 1, num_outputs: 2 },
      outputs: [of('int32', [1, 1], 4), of('int32', [1, 1], 6)],
    })
    check('Slice', {
      opset: 9,
      inputs: [x],
      attributes: { starts: [1], ends: [2], axes: [1] },
      outputs: [of('int32', [1, 1], 6)],
    })
  })

  it('reshape with a size taken over and one worked out', () => {
    const program = compile(
      writeModel({
        opset: 17,
        inputs: [value('x', 'int8', [2, 3, 4])],
        outputs: [value('y', 'int8', [2, 12])],
        initializers: [integers('shape', 0, -1)],
        nodes: [node('Reshape', ['x', 'shape'])],
      }),
    )
    assert.deepEqual(program.outputs[0]?.shape, [2, 12])
  })
})
