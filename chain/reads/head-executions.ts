import { equal } from '#base'

import { blockForVm } from '../block/apply.ts'
import type { BlockRef, Head, Header } from '../port.ts'
import { headSource, type StateSource } from '../state/index.ts'
import { headAt, type Interrupt, type ReadContext, uninterrupted } from './context.ts'
import { type Execution, openExecution } from './execution.ts'
import { limits } from './limits.ts'
import { remembering } from './remembering.ts'

/** An execution on the head's state, which one message at a time uses. */
export interface KeptExecution {
  readonly header: Header
  readonly source: StateSource
  /** @param isFree As `ExecutionInit` has it. */
  open(isFree: boolean): Execution<Header>
}

export interface CallContext extends ReadContext {
  /** Kept by whoever reads often over one snapshot. */
  readonly atHead?: HeadExecutions
}

interface Kept extends KeptExecution {
  readonly execution: Execution<Header>
  interrupt: Interrupt
  uses: number
}

/**
 * Executions on the head of one snapshot, kept from message to message: making one costs many times
 * what a usual call does.
 */
export class HeadExecutions {
  readonly #context: Pick<ReadContext, 'reader' | 'profile'>
  readonly #free: Kept[] = []
  readonly #source: StateSource
  #head: Head | undefined

  constructor(context: Pick<ReadContext, 'reader' | 'profile'>) {
    this.#context = context
    this.#source = remembering(headSource(context.reader))
  }

  /**
   * Undefined when `at` is not the head. To be given back unless something was thrown meanwhile: then it
   * is in nobody knows what state.
   */
  async take(at: BlockRef, interrupt: Interrupt): Promise<KeptExecution | undefined> {
    if (!this.#isHead(at)) return undefined
    const kept = this.#free.pop() ?? (await this.#make())
    kept.interrupt = interrupt
    return kept
  }

  giveBack(execution: KeptExecution): void {
    const kept = execution as Kept
    kept.execution.state.discard()
    kept.interrupt = uninterrupted
    kept.uses++
    const isWorn = kept.uses >= limits.executionUses.value
    if (!isWorn && this.#free.length < limits.keptExecutions.value) this.#free.push(kept)
  }

  /** What is asked for by name is not looked up. */
  #isHead(at: BlockRef): boolean {
    if (typeof at === 'string') return at !== 'earliest' && at !== 'finalized'
    const { hash, header } = this.#latest
    return 'hash' in at ? equal(at.hash, hash) : at.number === header.number
  }

  get #latest(): Head {
    this.#head ??= headAt({ ...this.#context, interrupt: uninterrupted }, 'latest')
    if (this.#head === undefined) throw new TypeError('a chain has a head')
    return this.#head
  }

  async #make(): Promise<Kept> {
    const { header } = this.#latest
    const { profile, reader } = this.#context
    const source = this.#source
    const interrupt: Interrupt = { check: () => kept.interrupt.check() }
    const execution = await openExecution({ reader, profile, interrupt }, { header, source })
    const blobGasPrice = profile.blobGasPrice?.(header)
    const free = blockForVm({ ...header, baseFeePerGas: 0n }, execution.rules, blobGasPrice)
    const { context } = execution.executor
    const kept: Kept = {
      header,
      source,
      execution,
      interrupt: uninterrupted,
      uses: 0,
      open(isFree) {
        // A message may have said what its envelope carries.
        execution.executor.context = context
        return isFree ? { ...execution, vmBlock: free } : execution
      },
    }
    return kept
  }
}
