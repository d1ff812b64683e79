import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { isFault } from '#base'
import { compile, execute, type Program } from '#inference'

import { readTensor } from '../../inference/onnx/tensor.ts'
import { bytesOf } from '../../inference/onnx/types.ts'
import { lacking } from '../lacking.ts'
import committed from './vectors.json' with { type: 'json' }

const root = path.join(import.meta.dirname, '../..')
const folder = path.resolve(root, process.env['PARS_VECTORS'] ?? '../shared/vectors', 'onnx')

/** Test data is a TensorProto, by the number of the input or output. */
function bytesAt(name: string, kind: 'input' | 'output', count: number): Uint8Array {
  const tensors = Array.from({ length: count }, (_, index) => {
    const file = path.join(folder, name, 'test_data_set_0', `${kind}_${index}.pb`)
    const { tensor } = readTensor(readFileSync(file), file)
    assert.ok(tensor)
    return bytesOf(tensor.data)
  })
  return Buffer.concat(tensors)
}

function program(name: string): Program {
  return compile(readFileSync(path.join(folder, name, 'model.onnx')))
}

describe('official vectors of ONNX', () => {
  before(function () {
    lacking(this, existsSync(folder) ? undefined : `no vectors in ${folder}`)
  })

  for (const name of committed.passing) {
    it(`${name} gives the output that ONNX states`, () => {
      const model = program(name)
      const output = execute(model, bytesAt(name, 'input', model.inputs.length))
      assert.deepEqual(Buffer.from(output), bytesAt(name, 'output', model.outputs.length))
    })
  }

  for (const [name, reason] of Object.entries(committed.refused)) {
    it(`${name} is refused: ${reason}`, () => {
      assert.throws(
        () => program(name),
        (error) => {
          return isFault(error, 'INFERENCE_MODEL') && Reflect.get(error.facts, 'reason') === reason
        },
      )
    })
  }

  it('all others are refused, so that the list lacks none', () => {
    const known = new Set([...committed.passing, ...Object.keys(committed.refused)])
    const others = readdirSync(folder).filter((name) => {
      return !known.has(name) && existsSync(path.join(folder, name, 'model.onnx'))
    })
    assert.ok(others.length > 0)
    for (const name of others) {
      assert.throws(
        () => program(name),
        (error) => isFault(error, 'INFERENCE_MODEL'),
        name,
      )
    }
  })

  it('the list does not shrink', () => {
    assert.equal(committed.passing.length, 38)
  })
})
