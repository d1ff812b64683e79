/** Executes the blocks of an RLP chain file, as hive's tools write it. */
import { decodeRlp, empty, encodeRlp, equal, Fault, hex, type Rlp, toBigInt } from '#base'

import { headerFromRlp, headerHash } from '../../chain/block/header.ts'
import type { Ledger } from '../../chain/block/ledger.ts'
import { BlockRun } from '../../chain/block/run.ts'
import { createExecutor, type Executor } from '../../chain/evm/index.ts'
import type { BlockView, Header } from '../../chain/port.ts'
import { beginBlock, endBlock, requestsHash, requestsOf } from './block-rules.ts'
import type { EthereumProfile } from './profile.ts'

interface Decoded {
  readonly header: Header
  readonly transactions: readonly Uint8Array[]
  readonly ommers: readonly Rlp[]
  readonly withdrawals: readonly Rlp[] | undefined
}

/** The blocks of a file that holds one RLP list after the other. */
export function* chainFile(file: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < file.length;) {
    const first = file[at] ?? 0
    const digits = first > 0xf7 ? first - 0xf7 : 0
    let length = digits === 0 ? first - 0xc0 : 0
    for (let index = 1; index <= digits; index++) length = length * 256 + (file[at + index] ?? 0)
    const end = at + 1 + digits + length
    yield file.subarray(at, end)
    at = end
  }
}

export class Importer {
  readonly #ledger: Ledger
  readonly #profile: EthereumProfile
  readonly #executors = new Map<string, Executor>()

  constructor(ledger: Ledger, profile: EthereumProfile) {
    this.#ledger = ledger
    this.#profile = profile
  }

  /** Throws `BLOCK_INVALID` unless the block's own header is what executing it comes to. */
  async import(block: Uint8Array): Promise<Header> {
    const { header, transactions, ommers, withdrawals } = decodeBlock(block)
    const rules = this.#profile.rules(header)
    const executor = this.#executor(header)
    const run = new BlockRun(executor, header, rules, this.#profile.blobGasPrice?.(header))
    await beginBlock(executor, run.vmBlock, header)
    for (const wire of transactions) await run.apply(this.#profile.decode(wire, header))
    if (header.requestsHash !== undefined) await this.#checkRequests(run, executor, header)
    await endBlock(executor, run.vmBlock, {
      ommers: ommers.map(headerFromRlp),
      withdrawals: withdrawals?.map(toWithdrawal),
    })
    const tail = withdrawals === undefined ? [ommers] : [ommers, withdrawals]
    const sealed = run.seal(this.#ledger.state.root(), tail)
    if (!equal(sealed.hash, headerHash(header))) {
      throw new Fault({ code: 'BLOCK_INVALID', reason: difference(sealed.header, header) })
    }
    this.#ledger.seal(sealed)
    await this.#ledger.write()
    return header
  }

  async #checkRequests(run: BlockRun, executor: Executor, header: Header): Promise<void> {
    const logs = run.receipts.flatMap((receipt) => receipt.logs)
    const requests = await requestsOf(executor, run.vmBlock, logs, this.#profile.depositContract)
    if (equal(requestsHash(requests), header.requestsHash ?? new Uint8Array(0))) return
    throw new Fault({ code: 'BLOCK_INVALID', reason: `requests of block ${header.number}` })
  }

  #executor(header: Header): Executor {
    const fork = this.#profile.fork(header)
    let executor = this.#executors.get(fork)
    if (executor === undefined) {
      executor = createExecutor({
        rules: this.#profile.rules(header),
        state: this.#ledger.state,
        blockHash: (number) => this.#ledger.hashOf(number) ?? new Uint8Array(32),
        observer: { onDefect() {}, onPayout() {} },
        ...this.#profile.engines,
      })
      this.#executors.set(fork, executor)
    }
    return executor
  }
}

function decodeBlock(block: Uint8Array): Decoded {
  const [header, transactions, ommers, withdrawals] = list(decodeRlp(block))
  return {
    header: headerFromRlp(header ?? []),
    transactions: list(transactions).map((item) =>
      item instanceof Uint8Array ? item : encodeRlp(item),
    ),
    ommers: list(ommers),
    withdrawals: withdrawals === undefined ? undefined : list(withdrawals),
  }
}

function toWithdrawal(item: Rlp): NonNullable<BlockView['withdrawals']>[number] {
  const [index, validatorIndex, address, amount] = list(item) as readonly Uint8Array[]
  return {
    index: toBigInt(index ?? empty),
    validatorIndex: toBigInt(validatorIndex ?? empty),
    address: address ?? empty,
    amount: toBigInt(amount ?? empty),
  }
}

function difference(ours: Header, theirs: Header): string {
  const names = Object.keys(theirs) as (keyof Header)[]
  return names
    .filter((name) => text(ours[name]) !== text(theirs[name]))
    .map((name) => `${name} ${text(ours[name])} is not ${text(theirs[name])}`)
    .join('; ')
}

function text(value: Header[keyof Header]): string {
  return value instanceof Uint8Array ? hex(value) : String(value)
}

function list(item: Rlp | undefined): readonly Rlp[] {
  if (item === undefined || item instanceof Uint8Array) {
    throw new Fault({ code: 'BLOCK_INVALID', reason: 'not a list' })
  }
  return item
}
