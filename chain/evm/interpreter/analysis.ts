import { limits } from '../limits.ts'
import { wordOf } from './word.ts'

const push1 = 0x60
const push32 = 0x7f
const jumpdest = 0x5b

/** What can be known of code before it runs. */
export interface Analysis {
  /** 1 where a jump may land. */
  readonly destinations: Uint8Array
  /** Constants of PUSH instructions by the position of the instruction, filled as they are met. */
  readonly constants: (bigint | undefined)[]
}

export function analyse(code: Uint8Array): Analysis {
  const destinations = new Uint8Array(code.length)
  for (let at = 0; at < code.length; at++) {
    const op = code[at] ?? 0
    if (op >= push1 && op <= push32) at += op - push1 + 1
    else if (op === jumpdest) destinations[at] = 1
  }
  // Filled to its length: an array that grows in leaps becomes a hash table.
  return { destinations, constants: Array.from({ length: code.length }) }
}

/** The operand of the PUSH at `at`, zeros beyond the end of code. */
export function constantAt(code: Uint8Array, at: number): bigint {
  const size = (code[at] ?? push1) - push1 + 1
  const operand = code.subarray(at + 1, at + 1 + size)
  return wordOf(operand) << BigInt(8 * (size - operand.length))
}

/** One byte of code weighs this much once analysed: a flag, and a constant for every second byte. */
const weight = 24

/** Analyses by code hash, the least recently used dropped first. */
export class AnalysisCache {
  private readonly byHash = new Map<string, Analysis>()
  private bytes = 0

  of(codeHash: Uint8Array, code: Uint8Array): Analysis {
    const key = codeHash.toHex()
    const known = this.byHash.get(key)
    if (known !== undefined) {
      this.byHash.delete(key)
      this.byHash.set(key, known)
      return known
    }
    const analysis = analyse(code)
    this.byHash.set(key, analysis)
    this.bytes += weightOf(analysis)
    for (const [oldest, dropped] of this.byHash) {
      if (this.bytes <= limits.codeAnalyses.value) break
      this.byHash.delete(oldest)
      this.bytes -= weightOf(dropped)
    }
    return analysis
  }
}

/** Of the entry itself, in bytes: most code is short. */
const overhead = 512

function weightOf({ destinations }: Analysis): number {
  return overhead + destinations.length * weight
}
