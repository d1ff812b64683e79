/**
 * Loaded into mocha by scripts/coverage.ts, before any test: which ways the conditional jumps of code
 * went, as files in the folder PARS_JUMPS. Without it the interpreter is as it is.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import type { Analysis } from '../../chain/evm/interpreter/analysis.ts'
import type { Frame, Operation } from '../../chain/evm/interpreter/frame.ts'
import { operations } from '../../chain/evm/interpreter/loop.ts'

/** What is written: for each code, in hexadecimal, positions of jumps of either kind. */
export interface Jumps {
  readonly passed: readonly number[]
  readonly jumped: readonly number[]
}

const jumpIf = 0x57
const passed = 1
const jumped = 2

const byCode = new Map<string, Uint8Array>()
/** Frames of the same code share what was found out about it before. */
const byAnalysis = new WeakMap<Analysis, Uint8Array>()

function waysOf({ analysis, code }: Frame): Uint8Array {
  const known = byAnalysis.get(analysis)
  if (known !== undefined) return known
  const name = code.toHex()
  const ways = byCode.get(name) ?? new Uint8Array(code.length)
  byCode.set(name, ways)
  byAnalysis.set(analysis, ways)
  return ways
}

const stock = operations[jumpIf] as Operation
;(operations as Operation[])[jumpIf] = (frame) => {
  const at = frame.pc - 1
  const ways = waysOf(frame)
  ways[at] = (ways[at] ?? 0) | (frame.peek(1) === 0n ? passed : jumped)
  stock(frame)
}

function positions(ways: Uint8Array, way: number): number[] {
  return Array.from(ways.entries()).flatMap(([at, taken]) => ((taken & way) === 0 ? [] : [at]))
}

export const mochaHooks = {
  afterAll(): void {
    const all = Array.from(byCode, ([code, ways]): [string, Jumps] => {
      return [code, { passed: positions(ways, passed), jumped: positions(ways, jumped) }]
    })
    const file = path.join(process.env['PARS_JUMPS'] ?? '', `${process.pid}.json`)
    writeFileSync(file, JSON.stringify(Object.fromEntries(all)))
  },
}
