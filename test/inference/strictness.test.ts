import assert from 'node:assert/strict'

import { concat, Fault, isFault } from '#base'
import { compile, execute, type ModelReason, type Program } from '#inference'

import { constant, layer, node, value, write } from './models.ts'
import { bytes, dimension, identity, integer, message, tensorInfo, varint } from './protobuf.ts'

function reasonOf(model: Uint8Array): ModelReason | undefined {
  try {
    compile(model)
    return undefined
  } catch (error) {
    assert.ok(isFault(error, 'INFERENCE_MODEL'), String(error))
    return Reflect.get(error.facts, 'reason') as ModelReason
  }
}

const tensor = (...parts: readonly Uint8Array[]) => message(5, ...parts)
const cell = [integer(1, 2), integer(2, 2), bytes(8, 'c')]

/** What ONNX may hold, or a stranger may make of it, and why it is refused. */
const refused: Readonly<Record<string, readonly [ModelReason, Uint8Array]>> = {
  'no bytes': ['field-missing', new Uint8Array(0)],
  'training information': ['field', identity({ model: [message(20)] })],
  functions: ['field', identity({ model: [message(25, bytes(1, 'f'))] })],
  'a field that ONNX does not have': ['field', identity({ model: [integer(99, 1)] })],
  'a field with a number above 2^29': ['field', identity({ model: [integer(2 ** 40, 1)] })],
  'a second graph': ['field-repeated', identity({ model: [message(7)] })],
  'a second set of operators': [
    'field-repeated',
    identity({ model: [message(8, integer(2, 17))] }),
  ],
  'a second IR version': ['field-repeated', identity({ model: [integer(1, 8)] })],
  'a model domain': ['domain', identity({ model: [bytes(4, 'ai.example')] })],
  'a custom operator domain': ['domain', identity({ node: [bytes(7, 'com.microsoft')] })],
  'metadata twice': [
    'duplicate',
    identity({ model: [message(14, bytes(1, 'k')), message(14, bytes(1, 'k'))] }),
  ],
  'an integer as bytes': ['wire-type', identity({ model: [bytes(5, 'x')] })],
  'bytes as an integer': ['wire-type', identity({ model: [integer(2, 1)] })],
  'a group': ['wire-type', identity({ model: [varint(2 * 8 + 3)] })],
  'a fixed number': [
    'wire-type',
    identity({ model: [concat(varint(5 * 8 + 1), new Uint8Array(8))] }),
  ],
  'a varint that is not minimal': [
    'varint',
    identity({ model: [concat(varint(5 * 8), Uint8Array.of(0x80, 0))] }),
  ],
  'a varint above 64 bits': [
    'varint',
    identity({ model: [concat(varint(5 * 8), new Uint8Array(9).fill(0xff), Uint8Array.of(2))] }),
  ],
  'a varint that does not end': [
    'varint',
    identity({ model: [concat(varint(5 * 8), new Uint8Array(20).fill(0xff))] }),
  ],
  'a length beyond the end': ['truncated', concat(varint(7 * 8 + 2), varint(2n ** 63n))],
  'a name that is not UTF-8': ['text', identity({ node: [bytes(3, Uint8Array.of(0xc3, 0x28))] })],
  'a long name': ['text', identity({ node: [bytes(3, 'n'.repeat(257))] })],
  'a sparse initializer': ['field', identity({ graph: [message(15)] })],
  'a quantisation annotation': ['field', identity({ graph: [message(14)] })],
  'a subgraph': ['field', identity({ node: [message(5, bytes(1, 'body'), message(6))] })],
  'a float attribute': [
    'field',
    identity({ node: [message(5, bytes(1, 'a'), concat(varint(2 * 8 + 5), new Uint8Array(4)))] }),
  ],
  'an attribute that refers to a function': [
    'field',
    identity({ node: [message(5, bytes(1, 'a'), bytes(21, 'b'))] }),
  ],
  'an attribute of no type': ['attribute', identity({ node: [message(5, bytes(1, 'a'))] })],
  'an attribute of two types': [
    'attribute',
    identity({ node: [message(5, bytes(1, 'a'), integer(3, 1), integer(8, 1), integer(20, 2))] }),
  ],
  'an attribute that the operator does not have': [
    'attribute-unknown',
    identity({ node: [message(5, bytes(1, 'a'), integer(3, 1), integer(20, 2))] }),
  ],
  'an attribute twice': [
    'duplicate',
    identity({
      node: Array.from({ length: 2 }, () => message(5, bytes(1, 'a'), integer(20, 2))),
    }),
  ],
  'external data': [
    'external',
    identity({
      graph: [
        tensor(...cell, message(13, bytes(1, 'location'), bytes(2, 'secret')), integer(14, 1)),
      ],
    }),
  ],
  'external data beside data': [
    'external',
    identity({
      graph: [tensor(...cell, message(13, bytes(1, 'location')), bytes(9, Uint8Array.of(1, 2)))],
    }),
  ],
  'a segment': ['field', identity({ graph: [tensor(...cell, message(3))] })],
  'floats in a tensor': [
    'field',
    identity({ graph: [tensor(...cell, bytes(4, new Uint8Array(8)))] }),
  ],
  'a NaN': [
    'type',
    identity({
      graph: [
        tensor(
          integer(1, 1),
          integer(2, 1),
          bytes(8, 'c'),
          bytes(9, Uint8Array.of(0, 0, 0xc0, 0x7f)),
        ),
      ],
    }),
  ],
  'strings in a tensor': ['field', identity({ graph: [tensor(...cell, bytes(6, 'a'))] })],
  'too little data': ['data', identity({ graph: [tensor(...cell, bytes(9, Uint8Array.of(1)))] })],
  'too much data': [
    'data',
    identity({ graph: [tensor(...cell, bytes(9, Uint8Array.of(1, 2, 3)))] }),
  ],
  'no data': ['data', identity({ graph: [tensor(...cell)] })],
  'data twice': [
    'data',
    identity({
      graph: [tensor(...cell, bytes(9, Uint8Array.of(1, 2)), bytes(5, Uint8Array.of(1, 2)))],
    }),
  ],
  'data in the field of another type': [
    'data',
    identity({ graph: [tensor(...cell, bytes(7, Uint8Array.of(1, 2)))] }),
  ],
  'an element outside its type': [
    'data',
    identity({ graph: [tensor(...cell, bytes(5, concat(varint(1), varint(256))))] }),
  ],
  'a bool of 2': [
    'data',
    identity({
      graph: [tensor(integer(1, 1), integer(2, 9), bytes(8, 'c'), bytes(9, Uint8Array.of(2)))],
    }),
  ],
  'a tensor of no elements': [
    'shape',
    identity({ graph: [tensor(integer(1, 0), integer(2, 2), bytes(8, 'c'), bytes(9, ''))] }),
  ],
  'a negative dimension': [
    'shape',
    identity({ graph: [message(11, tensorInfo('z', 2, dimension(-1)))] }),
  ],
  'a dimension of 2^31': [
    'shape',
    identity({ graph: [message(11, tensorInfo('z', 2, dimension(2 ** 31)))] }),
  ],
  'dimensions of 2^31 - 1': [
    'elements',
    identity({
      graph: [message(11, tensorInfo('z', 2, ...[1, 2, 3].map(() => dimension(2 ** 31 - 1))))],
    }),
  ],
  'dimensions whose product is 0 modulo 2^64': [
    'elements',
    identity({
      graph: [message(11, tensorInfo('z', 2, ...[1, 2, 3, 4].map(() => dimension(65_536))))],
    }),
  ],
  'seven dimensions': [
    'field-repeated',
    identity({
      graph: [message(11, tensorInfo('z', 2, ...Array.from({ length: 7 }, () => dimension(1))))],
    }),
  ],
  'a symbolic dimension': [
    'field',
    identity({ graph: [message(11, tensorInfo('z', 2, message(1, bytes(2, 'batch'))))] }),
  ],
  'an unknown dimension': [
    'shape',
    identity({ graph: [message(11, tensorInfo('z', 2, message(1)))] }),
  ],
  'an input without a shape': [
    'field-missing',
    identity({ graph: [message(11, bytes(1, 'z'), message(2, message(1, integer(1, 2))))] }),
  ],
  'an input that is a sequence': [
    'field',
    identity({ graph: [message(11, bytes(1, 'z'), message(2, message(4)))] }),
  ],
  'a name twice': [
    'duplicate',
    identity({ graph: [message(11, tensorInfo('x', 2, dimension(2)))] }),
  ],
  'an input that is an initializer too': [
    'duplicate',
    write({ inputs: [...layer.inputs, value('w', 'int8', [4, 3])] }),
  ],
  'an output twice': ['duplicate', write({ outputs: [...layer.outputs, ...layer.outputs] })],
  'an output of another shape': ['shape', write({ outputs: [value('y', 'uint8', [3])] })],
  'an output of another type': ['type', write({ outputs: [value('y', 'int8', [1, 3])] })],
  'no outputs': ['outputs', write({ outputs: [] })],
  'an input without a name': ['name', write({ inputs: [...layer.inputs, value('', 'int8', [1])] })],
  'a name that nothing defines': ['undefined', write({ nodes: [node('Identity', ['nothing'])] })],
  'a node that uses itself': ['undefined', write({ nodes: [node('Identity', ['y'])] })],
  'a cycle': [
    'undefined',
    write({ nodes: [node('Add', ['b', 'b'], ['a']), node('Cast', ['a'], ['b'], { to: 2 })] }),
  ],
  'nodes out of order': ['undefined', write({ nodes: layer.nodes.toReversed() })],
  'a node that makes an input': ['duplicate', write({ nodes: [node('Identity', ['x'], ['x'])] })],
  'an operator of ONNX that is not offered': ['operator', write({ nodes: [node('Loop', ['x'])] })],
  'an operator of no name': ['operator', write({ nodes: [node('', ['x'])] })],
  'an operator named as a member of objects': [
    'operator',
    write({ nodes: [node('constructor', ['x'])] }),
  ],
  'opset 6': ['opset', write({ opset: 6 })],
  'opset 22': ['opset', write({ opset: 22 })],
  'IR version 2': ['ir-version', write({ irVersion: 2 })],
  'IR version 13': ['ir-version', write({ irVersion: 13 })],
  'a divisor of 0': ['constant', divided(0)],
  'a negative divisor': ['constant', divided(-1)],
  'a divisor that is an input': [
    'constant',
    write({
      inputs: [...layer.inputs, value('d', 'uint8', [1])],
      nodes: [node('Div', ['x', 'd'])],
    }),
  ],
  'an index that may be outside': [
    'constant',
    write({ nodes: [node('Cast', ['x'], ['i'], { to: 6 }), node('Gather', ['bias', 'i'])] }),
  ],
  'more nodes than may be': [
    'field-repeated',
    write({ nodes: Array.from({ length: 1025 }, (_, at) => node('Identity', ['x'], [`v${at}`])) }),
  ],
}

function divided(divisor: number): Uint8Array {
  const initializers = [constant('d', 'int32', [], Int32Array.of(divisor))]
  return write({
    initializers,
    nodes: [node('Cast', ['x'], ['z'], { to: 6 }), node('Div', ['z', 'd'])],
  })
}

describe('the strict reader of models', () => {
  it('takes the models that these are bent from', () => {
    assert.equal(reasonOf(identity()), undefined)
    assert.equal(reasonOf(write()), undefined)
  })

  for (const [what, [reason, model]] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.equal(reasonOf(model), reason)
    })
  }

  it('takes every typed field that belongs to a type', () => {
    const typed = tensor(...cell, bytes(5, Uint8Array.of(1, 2)))
    assert.equal(reasonOf(identity({ graph: [typed] })), undefined)
  })

  it('refuses a megabyte of nested fields without reading into them', () => {
    const nested = new Uint8Array(1_048_500)
    let start = nested.length
    while (start > 8) {
      const head = concat(varint(7 * 8 + 2), varint(nested.length - start))
      start -= head.length
      nested.set(head, start)
    }
    const rest = concat(integer(1, 8), message(8, integer(2, 17)))
    assert.equal(reasonOf(concat(nested.subarray(start), rest)), 'field')
  })

  it('refuses a model above the limit', () => {
    assert.equal(reasonOf(new Uint8Array(1_048_577)), 'length')
  })

  it('refuses a doubling Concat where it passes the limit', () => {
    const nodes = Array.from({ length: 40 }, (_, at) => {
      const from = at === 0 ? 'x' : `v${at - 1}`
      return node('Concat', [from, from], [`v${at}`], { axis: 1 })
    })
    assert.equal(reasonOf(write({ nodes })), 'elements')
  })

  it('refuses an Expand to 160 GB', () => {
    const shape = constant('s', 'int64', [3], BigInt64Array.of(40_000n, 1_000_000n, 4n))
    assert.equal(
      reasonOf(write({ initializers: [shape], nodes: [node('Expand', ['x', 's'])] })),
      'elements',
    )
  })
})

/** What a bent model may do: be refused by code, or be a program that runs. */
function survives(model: Uint8Array): 'refused' | 'runs' {
  let program: Program
  try {
    program = compile(model)
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === 'INFERENCE_MODEL', String(error))
    return 'refused'
  }
  const output = execute(program, new Uint8Array(program.cost.inputBytes))
  assert.equal(output.length, program.cost.outputBytes)
  return 'runs'
}

describe('bytes of a small model', () => {
  const model = write()

  it('cut off anywhere are refused', () => {
    for (let size = 0; size < model.length; size++) {
      const cut = survives(model.subarray(0, size))
      // Metadata is last, so that the model before it is whole.
      if (cut === 'runs') assert.ok(size > model.length - 20)
    }
  })

  it('with any bit turned are refused or run', () => {
    const seen = { refused: 0, runs: 0 }
    for (let bit = 0; bit < model.length * 8; bit++) {
      const bent = Uint8Array.from(model)
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      seen[survives(bent)]++
    }
    assert.ok(seen.refused > 100 && seen.runs > 100)
  })

  it('with any byte taken out or doubled are refused or run', () => {
    for (let at = 0; at < model.length; at++) {
      const [head, tail] = [model.subarray(0, at), model.subarray(at)]
      survives(concat(head, tail.subarray(1)))
      survives(concat(head, tail.subarray(0, 1), tail))
    }
  })
})
