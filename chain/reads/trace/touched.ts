import { Address } from '@ethereumjs/util'

import { empty } from '#base'

import type { Executor, FrameStart, Step, Tracer } from '../../evm/index.ts'
import type { State } from '../../state/index.ts'
import type { Budget } from './budget.ts'

export interface AccountView {
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  /** Slot in hexadecimal → value without leading zeros. */
  readonly slots: ReadonlyMap<string, Uint8Array>
}

/** By address in hexadecimal; undefined where there is no such account. */
export type StateView = ReadonlyMap<string, AccountView | undefined>

/** An entry of what was touched, in JSON. */
const overhead = 200

/**
 * The accounts and slots that a run reads or changes: what it makes warm, who takes part in its
 * frames, and what is written besides, by plugins and by the network's own rules.
 */
export class Touched {
  readonly tracer: Tracer
  readonly #executor: Executor
  readonly #budget: Budget
  readonly #accessed = new Map<string, Set<string>>()

  /** @param parties Sender, recipient, beneficiary. */
  constructor(executor: Executor, budget: Budget, parties: readonly Uint8Array[]) {
    this.#executor = executor
    this.#budget = budget
    for (const party of parties) this.#slotsOf(party.toHex())
    // Before EIP-2929 nothing is warm, so operations have to say what they load.
    const isStepwise = !executor.vm.common.isActivatedEIP(2929)
    const steps = { wantsStack: false, wantsMemory: false, step: (step: Step) => this.#step(step) }
    this.tracer = {
      enter: (start) => this.#enter(start),
      exit: ({ created }) => {
        if (created !== undefined) this.#slotsOf(created.toHex())
      },
      ...(isStepwise ? { steps } : {}),
    }
  }

  begin(state: State): void {
    state.onWrite = (address, slot) => {
      const slots = this.#slotsOf(address.toHex())
      if (slot !== undefined) slots.add(slot)
    }
  }

  end(state: State): void {
    state.onWrite = undefined
  }

  /** What `state` holds of all that was touched. */
  async look(state: State): Promise<StateView> {
    const view = new Map<string, AccountView | undefined>()
    for (const [key, slots] of this.#accessed) {
      const address = new Address(Uint8Array.fromHex(key))
      const account = await state.getAccount(address)
      const values = new Map<string, Uint8Array>()
      for (const slot of slots) {
        values.set(slot, await state.getStorage(address, Uint8Array.fromHex(slot)))
      }
      const code = account === undefined ? empty : await state.getCode(address)
      this.#budget.spend(overhead * (1 + slots.size) + 2 * code.length)
      const { balance, nonce } = account ?? { balance: 0n, nonce: 0n }
      view.set(key, account && { balance, nonce, code, slots: values })
    }
    return view
  }

  #enter({ depth, from, to }: FrameStart): void {
    if (depth === 0) this.#executor.evm.reportAccess(this.#accessed)
    this.#slotsOf(from.toHex())
    if (to !== undefined) this.#slotsOf(to.toHex())
  }

  #step({ address, storage }: Step): void {
    if (storage === undefined) return
    this.#slotsOf(address.toHex()).add(storage.slot.toString(16).padStart(64, '0'))
  }

  #slotsOf(address: string): Set<string> {
    let slots = this.#accessed.get(address)
    if (slots === undefined) this.#accessed.set(address, (slots = new Set()))
    return slots
  }
}
