import assert from 'node:assert/strict'

import { hex } from '#base'
import { sha3_256 } from '#crypto'
import { compile } from '#inference'
import {
  answerOf,
  argMax,
  openFloatModel,
  type Quantized,
  quantize,
  quantizeInput,
} from '#quantizer'

import { differences, onnxruntime } from './onnxruntime.ts'
import { digits, type Sample } from './training/digits.ts'
import { trainMultilayer } from './training/multilayer.ts'
import { recalls } from './training/recall.ts'
import { trainResidual } from './training/residual.ts'
import { trainTransformer } from './training/transformer.ts'

interface Subject {
  readonly name: string
  readonly train: () => Uint8Array
  readonly samples: (count: number, seed: number) => readonly Sample[]
  /** SHA3-256 of the float model and of the quantised one. */
  readonly golden: readonly [string, string]
  /** Of the held-out samples that the float model tells right. */
  readonly atLeast: number
  readonly operators: readonly string[]
}

const subjects: readonly Subject[] = [
  {
    name: 'a multilayer perceptron',
    train: trainMultilayer,
    samples: digits,
    golden: [
      '0xfc8dc830b6da5f2f8d9c263a56f56bc19ece01fc22b2eb68cdfe8a2dc7c85685',
      '0x7cb54ac7d7dd0a9bdace6e3e76048ed9d8ca716aa3a853707e4a4901d99707b6',
    ],
    atLeast: 930,
    operators: ['MatMulInteger'],
  },
  {
    name: 'a residual network with BatchNormalization',
    train: trainResidual,
    samples: digits,
    golden: [
      '0x83e9137b72d4c00ab93cc27045763842ec08e04c76aed16a291f40984a5616c3',
      '0x2fddb782f77b59d46ff161658444c05f79c6416b436bad1321a1e870e48cd8ac',
    ],
    atLeast: 920,
    operators: ['ConvInteger', 'MatMulInteger'],
  },
  {
    name: 'a transformer with Softmax, LayerNormalization and GELU',
    train: trainTransformer,
    samples: recalls,
    golden: [
      '0xc7427459d3a7c830912f564ea4a1c34e862b1fc4fb810cc59433256472d58643',
      '0x1407d638204d49b0f92f645e3b61c1b8af06b54896e247a04a46db58d975e647',
    ],
    atLeast: 980,
    operators: ['Gather', 'MatMulInteger', 'ReduceMax'],
  },
]

for (const subject of subjects) {
  describe(`${subject.name}, trained here`, () => {
    const heldOut = subject.samples(1_000, 99)
    let float: Uint8Array
    let quantized: Quantized

    before(function () {
      this.timeout(120_000)
      float = subject.train()
      const calibration = subject.samples(100, 5).map(({ values }) => [values])
      quantized = quantize(float, calibration)
    })

    it('has its golden hash, and so has what is quantised from it', () => {
      const found = [float, quantized.model].map((model) => hex(sha3_256(model)))
      assert.deepEqual(found, subject.golden)
    })

    it('loses two points of accuracy at most on a thousand samples it has not seen', function () {
      this.timeout(60_000)
      const original = openFloatModel(float)
      const program = compile(quantized.model)
      let before = 0
      let after = 0
      for (const { values, label } of heldOut) {
        if (argMax(original.run([values])[0] ?? []) === label) before++
        if (argMax(answerOf(program, quantized, values)) === label) after++
      }
      assert.ok(before >= subject.atLeast, `${before} of 1000 before`)
      assert.ok(after >= before - 20, `${after} of 1000 after, ${before} before`)
    })

    it('is integers through and through, and no sum can leave its type', () => {
      const { nodes, values } = compile(quantized.model)
      assert.ok(nodes.every((node) => !node.mayOverflow))
      assert.ok(values.every(({ type }) => ['int32', 'int64', 'uint16', 'uint8'].includes(type)))
      const used = new Set(nodes.map(({ operator }) => operator))
      assert.deepEqual(
        subject.operators.filter((operator) => !used.has(operator)),
        [],
      )
    })

    it('gives the same bytes in onnxruntime', async function () {
      this.timeout(60_000)
      const inputs = heldOut
        .slice(0, 200)
        .map(({ values }) => quantizeInput(values, quantized.input))
      assert.equal(await differences(quantized.model, inputs), 0)
    })

    it('is, as floats, what onnxruntime makes of it', async function () {
      this.timeout(60_000)
      const original = openFloatModel(float)
      const [input] = original.graph.inputs
      assert.ok(input !== undefined)
      const run = await onnxruntime(float, input)
      for (const { values } of heldOut.slice(0, 50)) {
        const given: BigInt64Array<ArrayBuffer> | Float32Array = input.isInteger
          ? BigInt64Array.from(values, BigInt)
          : values
        const expected: Float32Array = new Float32Array((await run(given)).buffer as ArrayBuffer)
        const [found = []] = original.run([values])
        for (const [index, value] of expected.entries()) {
          assert.ok(Math.abs(value - (found[index] ?? NaN)) < 1e-3, `${value} ${found[index]}`)
        }
      }
    })
  })
}
