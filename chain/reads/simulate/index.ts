import { Fault, isFault } from '#base'

import type { OpenHeader } from '../../block/apply.ts'
/** Blocks that nobody made, on top of a block: eth_simulateV1. */
import { headerHash } from '../../block/header.ts'
import { tailOf } from '../../block/ledger.ts'
import { sealedHeader } from '../../block/run.ts'
import { encodeBlock } from '../../block/sealed.ts'
import type {
  CallRequest,
  SimulatedBlock,
  SimulatedCall,
  SimulatedTransaction,
  SimulationRequest,
} from '../../call-port.ts'
import type { BlockRef, Head, Header, StoredReceipt } from '../../port.ts'
import type { State } from '../../state/index.ts'
import { headAt, type ReadContext, triesAt } from '../context.ts'
import { createExecution, type Execution } from '../execution.ts'
import { limits } from '../limits.ts'
import { OutputBudget } from '../output.ts'
import { overriddenHeader, overrideState } from '../overrides.ts'
import { LogTracer } from './log-tracer.ts'
import { blobGas, check, prepare, type PrepareInit } from './prepare.ts'
import { type PlannedBlock, sequence } from './sequence.ts'
import { transact } from './transact.ts'

/**
 * Undefined when there is no block to stand on. Throws `READ_SIMULATION_*`, `READ_OVERRIDE*` and
 * `READ_OUTPUT_TOO_LARGE`.
 */
export async function simulate(
  context: ReadContext,
  request: SimulationRequest,
  at: BlockRef,
): Promise<readonly SimulatedBlock[] | undefined> {
  const base = headAt(context, at)
  if (base === undefined) return undefined
  const { blockSeconds } = context.profile.simulation
  const planned = sequence(base.header, request.blocks, blockSeconds)
  const simulation = new Simulation(context, request, base)
  try {
    for (const block of planned) {
      context.interrupt.check()
      await simulation.add(block)
    }
  } catch (error) {
    throw withWork(error, simulation.workGas)
  }
  return simulation.blocks
}

/** Who asked is to pay for the calls before the one that failed. */
function withWork(error: unknown, workGas: bigint): unknown {
  if (workGas === 0n || !isFault(error)) return error
  return new Fault({ ...error.facts, workGas }, error.cure, { cause: error })
}

class Simulation {
  readonly blocks: SimulatedBlock[] = []
  /** Of all calls so far. */
  workGas = 0n
  readonly #context: ReadContext
  readonly #request: SimulationRequest
  readonly #state: State
  readonly #budget = new OutputBudget()
  #parent: Head
  #gasLeft = BigInt(limits.callGas.value)

  constructor(context: ReadContext, request: SimulationRequest, base: Head) {
    this.#context = context
    this.#request = request
    this.#parent = base
    this.#state = triesAt(context, base.header.number)
  }

  async add({ number, timestamp, request }: PlannedBlock): Promise<void> {
    const { profile } = this.#context
    const gasLimit = await profile.blockGasLimit?.(this.#state)
    const header = this.#header({ number, timestamp, request }, gasLimit)
    const blobBaseFee = request.block?.blobBaseFee
    const execution = createExecution(this.#context, this.#state, {
      header,
      ...(blobBaseFee === undefined ? {} : { overrides: { block: { blobBaseFee } } }),
      blockHash: (height) => this.#hashOf(height),
    })
    await profile.blocks.begin(execution, this.#parent.header)
    await overrideState({ ...execution, profile }, request.state ?? [])
    const run = new BlockSimulation(this.#context, this.#request, execution, this.#gasLeft)
    for (const call of request.calls) {
      this.#context.interrupt.check()
      const made = await run.add(call)
      this.workGas += made.maxUsedGas
      this.#budget.spend(made)
    }
    this.#gasLeft = run.gasLeft
    const block = await this.#seal(execution, run)
    this.#parent = block
    this.blocks.push(block)
  }

  #header({ number, timestamp, request }: PlannedBlock, gasLimit?: bigint): OpenHeader {
    const { profile } = this.#context
    const parent = this.#parent
    const at = { number, timestamp }
    const next = profile.nextBaseFee(parent.header)
    const hasBaseFee = profile.rules(at).isActivatedEIP(1559)
    const baseFeePerGas = this.#request.validation ? (next ?? 0n) : 0n
    const open = {
      ...profile.simulation.header(parent.header, at),
      parentHash: parent.hash,
      ...(gasLimit === undefined ? {} : { gasLimit }),
      ...(hasBaseFee ? { baseFeePerGas } : {}),
    }
    return overriddenHeader(open, { ...request.block, number, time: timestamp })
  }

  async #seal(execution: Execution, run: BlockSimulation): Promise<SimulatedBlock> {
    const { receipts, wires, calls, transactions } = run
    const logs = receipts.flatMap((receipt) => receipt.logs)
    const ended = await this.#context.profile.blocks.end(execution, logs)
    const blobs = transactions.reduce((sum, transaction) => sum + blobGas(transaction), 0n)
    const open = {
      ...execution.header,
      ...ended,
      ...(execution.header.blobGasUsed === undefined ? {} : { blobGasUsed: blobs }),
    }
    const root = await this.#state.rootLater()
    const envelopes = wires.map((wire) => ({ wire }))
    const header: Header = sealedHeader(open, root, envelopes, receipts)
    const tail = tailOf(header)
    return {
      header,
      hash: headerHash(header),
      size: encodeBlock({ header, envelopes, tail }).length,
      ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
      transactions,
      calls,
    }
  }

  #hashOf(number: bigint): Uint8Array | undefined {
    return this.blocks.find(({ header }) => header.number === number)?.hash
  }
}

/** The transactions of one block. */
class BlockSimulation {
  readonly transactions: SimulatedTransaction[] = []
  readonly wires: Uint8Array[] = []
  readonly receipts: StoredReceipt[] = []
  readonly calls: SimulatedCall[] = []
  gasLeft: bigint
  readonly #context: ReadContext
  readonly #request: SimulationRequest
  readonly #execution: Execution
  readonly #tracer: LogTracer

  constructor(
    context: ReadContext,
    request: SimulationRequest,
    execution: Execution,
    gasLeft: bigint,
  ) {
    this.#context = context
    this.#request = request
    this.#execution = execution
    this.gasLeft = gasLeft
    this.#tracer = new LogTracer(request.traceTransfers)
    execution.executor.evm.tracer = this.#tracer
  }

  async add(request: CallRequest): Promise<SimulatedCall> {
    const { executor, header, state, vmBlock } = this.#execution
    const { profile } = this.#context
    const gasUsed = this.receipts.at(-1)?.cumulativeGasUsed ?? 0n
    const init: PrepareInit = {
      profile,
      state,
      header,
      validation: this.#request.validation,
      gasUsed,
      gasLeft: this.gasLeft,
    }
    const prepared = await prepare(request, init)
    await check(prepared, init, vmBlock.header.getBlobGasPrice() ?? 0n)
    if (executor.context !== undefined) {
      executor.context = { ...executor.context, envelope: prepared.envelopeKey }
    }
    const { receipt, result, maxUsedGas } = await transact(
      profile,
      this.#execution,
      prepared,
      gasUsed,
    )
    this.gasLeft -= receipt.gasUsed
    this.transactions.push(prepared.transaction)
    this.wires.push(prepared.wire)
    this.receipts.push(receipt)
    const call = { ...result, maxUsedGas, logs: this.#tracer.logs }
    this.calls.push(call)
    return call
  }
}
