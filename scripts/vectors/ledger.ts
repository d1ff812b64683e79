/**
 * What a call reads, writes, logs and pays, said by hand and priced by EIP-2200, EIP-2929 and the
 * yellow paper's LOG: the other side of what the plugins' view meters.
 */
import { encodeFunctionResult, type Hex, pad } from 'viem'

import type { VectorCall, VectorContext, VectorLog, VectorSlot } from '#precompiles'

import { abiOf, type Arguments, encode } from './model-abi.ts'
import { cold, hash, log, noChange, reset, set, word } from './oracle.ts'

const warm = 100
const payment = { existing: 9000, empty: 34_000 }
const paid = hash('0x5061696428616464726573732c75696e7432353629')

/** One call and how it is made. */
export interface Asked {
  readonly note: string
  readonly name: string
  readonly args?: Arguments
  readonly context?: VectorContext
  /** Of the plugin's own table. */
  readonly gas: number
}

/** What a call does to storage, and what it leaves behind. */
export class Steps {
  gas = 0
  readonly logs: VectorLog[] = []
  readonly changes = new Map<Hex, Hex>()
  readonly payees: Hex[] = []
  readonly #before: ReadonlyMap<Hex, Hex>
  readonly #known: ReadonlySet<Hex>
  readonly #touched = new Set<Hex>()

  constructor(before: ReadonlyMap<Hex, Hex>, known: ReadonlySet<Hex>) {
    this.#before = before
    this.#known = known
  }

  /** Slots of any owner: no two owners have one in common. */
  read(...slots: readonly Hex[]): this {
    for (const slot of slots) {
      this.gas += this.#touched.has(slot) ? warm : cold
      this.#touched.add(slot)
    }
    return this
  }

  write(slot: Hex, value: Hex): this {
    const original = this.#before.get(slot) ?? word(0)
    const current = this.changes.get(slot) ?? original
    if (!this.#touched.has(slot)) this.gas += cold
    this.#touched.add(slot)
    if (current === value || current !== original) this.gas += noChange
    else this.gas += original === word(0) ? set : reset
    this.changes.set(slot, value)
    return this
  }

  log({ topics, data }: VectorLog): this {
    this.gas += log(topics.length, data.length / 2 - 1)
    this.logs.push({ topics, data })
    return this
  }

  pay(to: Hex, amount: number): this {
    const isKnown = this.#known.has(to) || this.payees.includes(to)
    this.gas += isKnown ? payment.existing : payment.empty
    this.payees.push(to)
    const data: Hex = `${pad(to, { size: 32 })}${word(amount).slice(2)}`
    this.logs.push({ topics: [paid], data })
    return this
  }
}

/** A story of calls to one plugin, from empty storage. */
export class Ledger {
  readonly calls: VectorCall[] = []
  readonly #words = new Map<Hex, Hex>()
  readonly #payees = new Set<Hex>()

  /** A call that returns. */
  returns(asked: Asked, result: Arguments, act: (steps: Steps) => unknown = () => 0): void {
    const steps = this.#play(act)
    const { input, ...made } = this.#made(asked, steps)
    const storage = this.#keep(steps)
    const output = resultOf(asked.name, result)
    this.calls.push({
      ...made,
      input,
      ...(output !== '0x' && { output }),
      ...(steps.logs.length > 0 && { logs: steps.logs }),
      ...(storage.length > 0 && { storage }),
    })
  }

  reverts(asked: Asked, revert: string, act: (steps: Steps) => unknown = () => 0): void {
    this.calls.push({ ...this.#made(asked, this.#play(act)), revert })
  }

  halts(note: string, input: Hex, context?: VectorContext): void {
    this.calls.push({ note, input, ...(context && { context }), halt: true })
  }

  #play(act: (steps: Steps) => unknown): Steps {
    const steps = new Steps(this.#words, this.#payees)
    act(steps)
    return steps
  }

  #made({ note, name, args = [], context, gas }: Asked, steps: Steps): VectorCall {
    const input = encode(name, args)
    return { note, input, ...(context && { context }), gas: gas + steps.gas }
  }

  #keep({ changes, payees }: Steps): VectorSlot[] {
    const changed = [...changes].filter(
      ([slot, value]) => value !== (this.#words.get(slot) ?? word(0)),
    )
    for (const [slot, value] of changed) this.#words.set(slot, value)
    for (const payee of payees) this.#payees.add(payee)
    return changed.map(([slot, value]) => ({ slot, word: value }))
  }
}

function resultOf(functionName: string, result: Arguments): Hex {
  if (result.length === 0) return '0x'
  const value = result.length === 1 ? result[0] : result
  return encodeFunctionResult({ abi: abiOf(functionName), functionName, result: value })
}
