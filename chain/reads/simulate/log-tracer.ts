/** @see ERC-7528; ethereum/execution-apis, eth_simulateV1 "traceTransfers" */
import { fixed, padLeft, unhex } from '#base'

import type { SimulatedLog } from '../../call-port.ts'
import type { FrameEnd, FrameStart, Tracer } from '../../evm/index.ts'
import type { LogEntry } from '../../port.ts'

const emitter = unhex('0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee')
/** keccak256("Transfer(address,address,uint256)") */
const transferTopic = unhex('0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef')

interface OpenFrame {
  readonly logs: SimulatedLog[]
  /** What a creation pays to the account that it tells at its end. */
  readonly endowment: { readonly from: Uint8Array; readonly value: bigint } | undefined
}

/** The logs of the transactions of one block, with a log for each move of wei where asked for. */
export class LogTracer implements Tracer {
  readonly #transfers: boolean
  readonly #open: OpenFrame[] = []
  #logs: readonly SimulatedLog[] = []
  #next = 0

  constructor(transfers: boolean) {
    this.#transfers = transfers
  }

  /** Of the transaction that ended last. */
  get logs(): readonly SimulatedLog[] {
    return this.#logs
  }

  enter({ kind, from, to, value = 0n, depth }: FrameStart): void {
    if (depth === 0) this.#logs = []
    const moves = this.#transfers && value > 0n && kind !== 'DELEGATECALL' && kind !== 'CALLCODE'
    const frame = {
      logs: [],
      endowment: moves && to === undefined ? { from: from.slice(), value } : undefined,
    }
    this.#open.push(frame)
    if (moves) this.log(transfer(from, to ?? from, value))
  }

  exit({ failure, created }: FrameEnd): void {
    const frame = this.#open.pop()
    if (frame === undefined || failure !== undefined) return
    const { endowment, logs } = frame
    const [first] = logs
    if (endowment !== undefined && created !== undefined && first !== undefined) {
      logs[0] = { ...first, ...transfer(endowment.from, created, endowment.value) }
    }
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#logs = logs
    else for (const log of logs) parent.logs.push(log)
  }

  log({ address, topics, data }: LogEntry): void {
    this.#open.at(-1)?.logs.push({
      address: address.slice(),
      topics: topics.map((topic) => topic.slice()),
      data: data.slice(),
      index: this.#next++,
    })
  }
}

function transfer(from: Uint8Array, to: Uint8Array, value: bigint): LogEntry {
  return {
    address: emitter,
    topics: [transferTopic, padLeft(from, 32), padLeft(to, 32)],
    data: fixed(value, 32),
  }
}
