import assert from 'node:assert/strict'

import { assert as holds, integer, property } from 'fast-check'

import { compile, element, execute, trace } from '#inference'

import { bytesOf } from '../../inference/onnx/types.ts'
import { randomGraph, recipeNames } from './random-graph.ts'

describe('elements of pars-int-1', () => {
  for (const first of recipeNames) {
    it(`of graphs with ${first} are by definition what running the graph gives`, () => {
      holds(
        property(integer(), (seed) => {
          const graph = randomGraph(seed, { oracle: false, first })
          const program = compile(graph.model)
          const tensors = trace(program, graph.input)
          for (const [at, node] of program.nodes.entries()) {
            for (const [output, value] of node.outputs.entries()) {
              const { data, type, shape } = tensors[value]!
              const { low, high } = program.values[value]!
              assert.deepEqual(
                [type, shape],
                [program.values[value]!.type, program.values[value]!.shape],
              )
              for (const [index, found] of data.entries()) {
                const read = (input: number, place: number) => {
                  const operand = tensors[node.inputs[input]!]!.data
                  assert.ok(Number.isInteger(place) && place >= 0 && place < operand.length)
                  return operand[place]!
                }
                assert.equal(element(program, at, output, index, read), found, node.operator)
                assert.ok(found >= low && found <= high, `${node.operator} leaves its bounds`)
              }
            }
          }
          const outputs = program.outputs.map(({ index }) => bytesOf(tensors[index]!.data))
          assert.deepEqual(Buffer.from(execute(program, graph.input)), Buffer.concat(outputs))
        }),
        { numRuns: 12 },
      )
    })
  }
})
