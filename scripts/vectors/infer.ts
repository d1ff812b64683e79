/** The vectors of inference under gas. */
import type { Hex } from 'viem'

import type { Vectors, VectorSequence } from '#precompiles'

import { Ledger } from './ledger.ts'
import { encode } from './model-abi.ts'
import rows from './model-outputs.json' with { type: 'json' }
import { inferPrices as prices } from './model-prices.ts'
import {
  claimed,
  classifier,
  idOf,
  negation,
  registered,
  type Sample,
  wordSlot,
} from './model-samples.ts'
import { word } from './oracle.ts'

const executed = 3

/** What running a model costs beside reads, by the README of 0x0303; without the call. */
export function workGas({ size, parts, macs, elements, inputBytes, outputBytes }: Sample): number {
  const loaded = prices.byte * size + prices.part * parts
  const work = Math.floor(macs / prices.macs) + prices.element * elements
  return loaded + work + prices.carriedByte * (inputBytes + outputBytes)
}

/** The words of a record that running its model reads: head, cost, and the list of its chunks. */
export function runSlots(of: Sample): readonly Hex[] {
  return [0, 2, 3].map((place) => wordSlot(idOf(of), place))
}

/** What onnxruntime makes of inputs, by model. */
export function answersOf({
  name,
}: Sample): readonly { readonly input: Hex; readonly output: Hex }[] {
  return rows.filter(({ model }) => model === name) as { input: Hex; output: Hex }[]
}

const { call } = prices

function answered(of: Sample): VectorSequence {
  const ledger = new Ledger()
  for (const [place, { input, output }] of answersOf(of).entries()) {
    const asked = { note: `input ${place}`, name: 'infer', args: [idOf(of), input] }
    ledger.returns({ ...asked, gas: call + workGas(of) }, [output, executed], (steps) =>
      steps.read(...runSlots(of)),
    )
  }
  const args = [idOf(of), answersOf(of)[0]?.input ?? '0x']
  ledger.halts('with value', encode('infer', args), { value: 1 })
  return { note: of.name, given: registered({ sample: of }), calls: ledger.calls }
}

const head = (of: Sample): Hex => wordSlot(idOf(of), 0)

function refused(): VectorSequence {
  const ledger = new Ledger()
  const input = '0x0001020304050607'
  const asked = (note: string, id: Hex, given: Hex = input) => ({
    note,
    name: 'infer',
    args: [id, given],
    gas: call,
  })
  ledger.reverts(asked('nobody registered', word(5)), 'models: unknown model', (steps) =>
    steps.read(wordSlot(word(5), 0)),
  )
  ledger.reverts(asked('out of use', idOf(classifier)), 'infer: the model is not active', (steps) =>
    steps.read(head(classifier)),
  )
  ledger.reverts(
    asked('of kind 1', idOf(claimed)),
    'infer: results are claimed, not run',
    (steps) => steps.read(head(claimed)),
  )
  for (const length of [1, 3]) {
    ledger.reverts(
      asked(`${length} bytes of 2`, idOf(negation), `0x${'00'.repeat(length)}`),
      'infer: input length',
      (steps) => steps.read(head(negation), wordSlot(idOf(negation), 2)),
    )
  }
  const two = asked('a bool of 2', idOf(negation), '0x0002')
  ledger.reverts(
    { ...two, gas: call + workGas(negation) },
    'infer: a bool that is neither 0 nor 1',
    (steps) => steps.read(...runSlots(negation)),
  )
  const given = registered(
    { sample: classifier, status: 3 },
    { sample: claimed },
    { sample: negation },
  )
  return { note: 'what does not run', given, calls: ledger.calls }
}

export function inferVectors(): Vectors {
  return {
    provenance:
      'Outputs by onnxruntime-node 1.30.0, hashes by node:crypto and @noble/hashes 2.4.0, call data by ' +
      'viem 2.57.1, ONNX files and gas put together by hand; made by scripts/vectors.ts.',
    sequences: [answered(classifier), answered(negation), refused()],
  }
}
