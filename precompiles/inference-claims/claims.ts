/** The life of a claim: made with a bond, settled when its window is over, or refuted by a challenge. */
import { concat, equal, fixed, isFault, toBigInt, utf8 } from '#base'
import { keccak256, sha3_256 } from '#crypto'
import { inputRoot, outputCost, type Program, verifyOutput } from '#inference'

import { method } from '../contract.ts'
import { programOf } from '../models/program.ts'
import { kinds, ModelRecord, statuses } from '../models/record.ts'
import { PrecompileRevert, type PrecompileView } from '../plugin.ts'
import { settledSlot } from '../verify-inference/standing.ts'
import { claimed, settled } from './events.ts'
import { gasTable, loadGas, wordsGas } from './gas.ts'
import { ClaimRecord, claimStatuses, isOver, momentIn } from './record.ts'

const id = ['bytes32', 'id'] as const

/** Holds the number of claims ever made. */
export const countSlot = keccak256(utf8('pars/claims/count'))

/** The id of the `place`th claim, from 1 on. */
export function claimId(place: bigint): Uint8Array {
  return sha3_256(concat(utf8('pars/claim/1'), fixed(place, 8)))
}

export const claim = method({
  name: 'claim',
  mutability: 'payable',
  inputs: [
    ['bytes32', 'model'],
    ['bytes', 'input'],
    ['bytes', 'output'],
    ['bytes32', 'traceTop'],
    ['bytes', 'binding'],
  ],
  outputs: [id],
  gas: () => gasTable.call,
  run(view, model, input, output, traceTop, binding) {
    const record = new ModelRecord(view, model)
    const { status } = record.head()
    demand(status === statuses.active, 'the model is not active')
    demand(view.value >= record.bond && view.value > 0n, 'the bond is too small')
    const { inputBytes, outputBytes } = record.cost
    demand(input.length === inputBytes, 'not an input of the model')
    demand(output.length === outputBytes, 'not an output of the model')
    const program = claimable(view, record)
    view.charge(wordsGas(gasTable.committedWord, input.length + output.length + binding.length))
    view.charge(BigInt(gasTable.hash * outputCost(program).hashes))
    const root = wholeInput(program, input)
    demand(isOutput(program, output, binding, traceTop), 'the output is not that of the trace')
    const place = toBigInt(view.get(countSlot)) + 1n
    view.put(countSlot, fixed(place, 32))
    const made = new ClaimRecord(view, claimId(place))
    made.putHead({ status: claimStatuses.open, open: 0, challenges: 0, since: momentIn(view) })
    made.put({
      model,
      claimant: view.caller,
      bond: view.value,
      traceTop,
      inputRoot: root,
      inputHash: sha3_256(input),
      outputHash: sha3_256(output),
    })
    claimed.emit(view, [made.id, model, view.caller], [traceTop, input, output])
    return [made.id]
  },
})

export const settle = method({
  name: 'settle',
  mutability: 'nonpayable',
  inputs: [id],
  outputs: [],
  gas: () => gasTable.call,
  run(view, of) {
    const record = new ClaimRecord(view, of)
    const head = record.head()
    demand(head.status === claimStatuses.open, 'the claim is not open')
    demand(head.open === 0, 'a challenge is not decided')
    const { model } = record
    const { windowSeconds, windowBlocks } = new ModelRecord(view, model).terms
    const length = { seconds: windowSeconds, blocks: windowBlocks }
    demand(isOver(head.since, view, length), 'the window is open')
    record.putHead({ ...head, status: claimStatuses.settled })
    const slot = settledSlot(model, record.inputHash, record.outputHash)
    if (toBigInt(view.get(slot)) === 0n) view.put(slot, of)
    settled.emit(view, [of], [])
    view.pay(record.claimant, record.bond)
    return []
  },
})

/** The program of a model whose results are claimed; charged by the size of its graph. */
export function claimable(view: PrecompileView, record: ModelRecord): Program {
  const { kind, size } = record.head()
  demand(kind === kinds.committed, 'the model runs: ask 0x0303')
  view.charge(BigInt(loadGas(size, record.cost.parts)))
  return programOf(view, record, kind)
}

function wholeInput(program: Program, input: Uint8Array): Uint8Array {
  try {
    return inputRoot(program, input)
  } catch (error) {
    if (isFault(error) && error.code === 'INFERENCE_INPUT') {
      throw new PrecompileRevert('claims: not an input of the model')
    }
    throw error
  }
}

function isOutput(
  program: Program,
  output: Uint8Array,
  binding: Uint8Array,
  traceTop: Uint8Array,
): boolean {
  try {
    return verifyOutput(program, traceTop, output, binding)
  } catch (error) {
    if (isFault(error) && error.code.startsWith('INFERENCE_')) return false
    throw error
  }
}

export function demand(holds: boolean, what: string): void {
  if (!holds) throw new PrecompileRevert(`claims: ${what}`)
}

export function demandCaller(view: PrecompileView, address: Uint8Array, who: string): void {
  demand(equal(view.caller, address), `only the ${who} may`)
}
