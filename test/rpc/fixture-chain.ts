/**
 * A small chain in memory behind the face that rpc/ sees: real encodings, real hashes, real ML-DSA
 * signatures, three blocks. Reads answer from what was sealed; calls know three programs.
 */
import { concat, encodeRlp, equal, Fault, fixed, hex, toBigInt, trimmed, utf8 } from '#base'
import type {
  AddedTransaction,
  AsyncReads,
  BlockRef,
  BlockView,
  CallRequest,
  CallResult,
  ChainFace,
  Head,
  Header,
  LogEntry,
  PlacedTransaction,
  ListedTransaction,
  PooledTransaction,
  StopSignal,
  StoredReceipt,
} from '#chain'
import { addressOfKey, keccak256, mlDsa, type SigningKey } from '#crypto'
import {
  contexts,
  decodeTransaction,
  defaultAlgorithm,
  encodeTransaction,
  signingPayload,
  systemAddresses,
  testSeeds,
  transactionType,
  type UnsignedTransaction,
} from '#protocol'

import type { PoolFace, Reads, Source } from '../../chain/port.ts'

const chainId = 7227n
export const networkId = keccak256(utf8('rpc fixture'))
export const gwei = 1_000_000_000n

const keys: readonly SigningKey[] = testSeeds.map((seed) => mlDsa(defaultAlgorithm).fromSeed(seed))
export const accounts = keys.map(({ algorithm, publicKey }) => addressOfKey(algorithm, publicKey))

/** Contracts by what they do with a call. */
export const contracts = {
  /** Gives its input back. */
  echo: fixed(0xec40, 20),
  /** Reverts with its input. */
  revert: fixed(0x4e7e, 20),
  /** Halts. */
  halt: fixed(0x4a17, 20),
} as const
export const emitterTopic = keccak256(utf8('Emitted(uint256)'))

const emptyRoot = keccak256(encodeRlp(new Uint8Array(0)))

export function sign(
  signer: number,
  fields: Partial<UnsignedTransaction> = {},
): { wire: Uint8Array; hash: Uint8Array } {
  const key = keys[signer]!
  const unsigned: UnsignedTransaction = {
    chainId,
    nonceKey: 0n,
    nonce: 0n,
    validUntil: 0n,
    maxPriorityFeePerGas: gwei,
    maxFeePerGas: 10n * gwei,
    gasLimit: 100_000n,
    to: accounts[9]!,
    value: 1n,
    data: new Uint8Array(0),
    accessList: [],
    sender: accounts[signer]!,
    algorithm: defaultAlgorithm,
    key: key.publicKey,
    ...fields,
  }
  const hash = keccak256(signingPayload(unsigned, networkId))
  const signature = key.sign(hash, contexts.transaction)
  return { wire: encodeTransaction({ ...unsigned, signature }), hash }
}

function header(number: bigint, parent: BlockView | undefined, gasUsed: bigint): Header {
  return {
    parentHash: parent?.hash ?? new Uint8Array(32),
    ommersHash: keccak256(encodeRlp([])),
    beneficiary: systemAddresses.feeCollector,
    stateRoot: keccak256(fixed(number, 8)),
    transactionsRoot: emptyRoot,
    receiptsRoot: emptyRoot,
    logsBloom: new Uint8Array(256),
    difficulty: 0n,
    number,
    gasLimit: 30_000_000n,
    gasUsed,
    timestamp: 1_700_000_000n + number,
    extraData: new Uint8Array(0),
    prevRandao: keccak256(utf8(`randao ${number}`)),
    nonce: new Uint8Array(8),
    baseFeePerGas: gwei,
    withdrawalsRoot: emptyRoot,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: new Uint8Array(32),
  }
}

function encodedHeader(fields: Header): Uint8Array {
  const list = Object.values(fields) as (Uint8Array | bigint)[]
  return encodeRlp(list.map((item) => (typeof item === 'bigint' ? trimmed(item) : item)))
}

export interface Sent {
  readonly wire: Uint8Array
  readonly hash: Uint8Array
  readonly logs?: readonly LogEntry[]
}

function place(sent: readonly Sent[]): PlacedTransaction[] {
  let firstLog = 0
  return sent.map(({ wire, hash, logs = [] }, index) => {
    const fields = decodeTransaction(wire)
    const created = fields.to.length === 0
    const receipt: StoredReceipt = {
      type: 0x50,
      status: 1,
      gasUsed: 53_644n,
      cumulativeGasUsed: 53_644n * BigInt(index + 1),
      effectiveGasPrice: 2n * gwei,
      sender: fields.sender,
      ...(created ? { contractAddress: contracts.echo } : { to: fields.to }),
      logs,
      logsBloom: new Uint8Array(256),
    }
    const placed = { hash, wire, index, receipt, firstLog }
    firstLog += logs.length
    return placed
  })
}

export class FixtureChain implements ChainFace {
  readonly chainId = chainId
  readonly transactionType = transactionType
  readonly genesisHash = networkId
  readonly nextBaseFee = gwei
  readonly blocks: BlockView[] = []
  readonly pooled: PooledTransaction[] = []
  /** Hashes of those in the pool that wait for a nonce. */
  readonly queued = new Set<string>()
  readonly #headListeners = new Set<(head: Head) => void>()
  readonly #poolListeners = new Set<(added: AddedTransaction) => void>()
  /** Every wire that reached the pool, with whom it was charged to. */
  readonly submitted: { readonly wire: Uint8Array; readonly client: string }[] = []
  /** Every call that reached eth_call or an estimate. */
  readonly calls: CallRequest[] = []
  /** What calls, and all that runs some, used. */
  workGas: bigint | undefined
  /** The number of the highest block that a committee has attested; head without one. */
  finalized: number | undefined
  /** Runs before each read: throws, or waits. */
  before: () => Promise<void> | void = () => undefined

  constructor() {
    this.seal([])
    const log = (value: number): LogEntry => ({
      address: contracts.echo,
      topics: [emitterTopic, fixed(value, 32)],
      data: fixed(value, 32),
    })
    this.seal([
      sign(0, { to: new Uint8Array(0), value: 0n, data: Uint8Array.of(0x60, 0x00) }),
      { ...sign(1, { data: utf8('hello') }), logs: [log(1), log(2)] },
    ])
    const lane = {
      nonceKey: 5n,
      validUntil: 1_900_000_000n,
      key: keccak256(concat(Uint8Array.of(defaultAlgorithm), keys[2]!.publicKey)),
      accessList: [[contracts.echo, [fixed(1, 32)]]] as const,
    }
    this.seal([{ ...sign(2, lane), logs: [log(3)] }])
  }

  readsUntil(_signal?: StopSignal): AsyncReads {
    return this.reads
  }

  get head(): BlockView {
    return this.blocks.at(-1)!
  }

  onHead(listener: (head: Head) => void): () => void {
    this.#headListeners.add(listener)
    return () => this.#headListeners.delete(listener)
  }

  /** Seals blocks of one commit, of which head is told once. */
  commit(...blocks: readonly (readonly Sent[])[]): void {
    for (const sent of blocks) this.seal(sent)
    for (const listener of this.#headListeners) listener(this.head)
  }

  seal(sent: readonly Sent[]): void {
    const transactions = place(sent)
    const parent = this.blocks.at(-1)
    const fields = header(BigInt(this.blocks.length), parent, 53_644n * BigInt(sent.length))
    const encoded = encodedHeader(fields)
    this.blocks.push({
      hash: keccak256(encoded),
      header: fields,
      size: encoded.length + transactions.reduce((sum, { wire }) => sum + wire.length, 0),
      transactions,
      ommers: [],
      withdrawals: [],
    })
  }

  #resolve(ref: BlockRef): BlockView | undefined {
    if (ref === 'earliest') return this.blocks[0]
    if (ref === 'finalized') return this.blocks[this.finalized ?? this.blocks.length - 1]
    if (typeof ref === 'string') return this.head
    if ('number' in ref) return this.blocks.find((block) => block.header.number === ref.number)
    return this.blocks.find((block) => equal(block.hash, ref.hash))
  }

  #at<Value>(ref: BlockRef, value: () => Value): Value | undefined {
    return this.#resolve(ref) === undefined ? undefined : value()
  }

  #reads: Reads = {
    rawHeader: (ref) => this.#at(ref, () => Uint8Array.of(0xc0)),
    rawBlock: (ref) => this.#at(ref, () => Uint8Array.of(0xc0)),
    rawReceipts: (ref) => this.#at(ref, () => [Uint8Array.of(0xc0)]),
    traceTransaction: () => ({ json: '{}', workGas: 21_000n }),
    traceBlock: (ref) => this.#at(ref, () => ({ json: '[]', workGas: 21_000n })),
    traceCall: (_, at) => this.#at(at, () => ({ json: '{}', workGas: this.workGas ?? 21_000n })),
    frames: () => [],
    storageRange: (ref) => this.#at(ref, () => ({ slots: [] })),
    transactionsOf: () => ({ found: [], isOldest: true, isNewest: true }),
    transactionByNonce: () => undefined,
    creatorOf: () => undefined,
    block: (ref) => this.#resolve(ref),
    header: (ref) => this.#resolve(ref),
    counts: (ref) => {
      const block = this.#resolve(ref)
      return block && { transactions: block.transactions.length, ommers: block.ommers.length }
    },
    transaction: (hash) => {
      for (const block of this.blocks) {
        const transaction = block.transactions.find(
          (placed) => equal(placed.hash, hash) || equal(keccak256(placed.wire), hash),
        )
        if (transaction !== undefined) return { block, transaction }
      }
      return undefined
    },
    balance: (address, at) => this.#at(at, () => (isOwn(address) ? 10n ** 24n : 0n)),
    nonce: (address, at, nonceKey) => this.#at(at, () => nonceOf(address, nonceKey)),
    code: (address, at) =>
      this.#at(at, () => (isContract(address) ? Uint8Array.of(0xfe) : new Uint8Array(0))),
    storage: (_, __, at) => this.#at(at, () => new Uint8Array(32)),
    proof: (address, slots, at) =>
      this.#at(at, () => ({
        address,
        balance: 1n,
        nonce: 0n,
        codeHash: keccak256(new Uint8Array(0)),
        storageHash: emptyRoot,
        accountProof: [encodeRlp([utf8('node')])],
        storageProof: slots.map((key) => ({ key, value: toBigInt(key), proof: [] })),
      })),
    call: (request, at) => this.#at(at, () => this.#run(request)),
    estimateGas: (request, at) => this.#at(at, () => this.#run(request)),
    simulate: (_, at) => this.#at(at, () => []),
    accessList: (request, at) =>
      this.#at(at, () => ({
        ...this.#run(request),
        accessList: [[contracts.echo, [new Uint8Array(32)]]],
      })),
    storageValues: (requests, at) =>
      this.#at(at, () => requests.map(({ slots }) => slots.map(() => new Uint8Array(32)))),
    oldestState: () => 0n,
    rules: () =>
      Promise.resolve({
        current: {
          activationTime: 0n,
          blobs: { target: 0n, max: 0n, fraction: 0n },
          forkId: new Uint8Array(4),
          precompiles: [['ECREC', contracts.echo]],
          systemContracts: [],
        },
      }),
    logs: (filter) => this.#logs(filter),
    feeHistory: (blocks, newest, percentiles) => {
      const last = this.#resolve(newest)
      if (last === undefined) return undefined
      const chosen = this.blocks.slice(0, Number(last.header.number) + 1).slice(-blocks)
      return {
        oldest: chosen[0]!.header.number,
        baseFees: [...chosen.map(({ header: { baseFeePerGas } }) => baseFeePerGas!), gwei],
        gasUsed: chosen.map(({ header: { gasUsed } }) => gasUsed),
        gasLimits: chosen.map(({ header: { gasLimit } }) => gasLimit),
        rewards: chosen.map(() => percentiles.map(() => gwei)),
        blobBaseFees: [],
        blobGasUsedRatios: [],
      }
    },
  }

  readonly reads: AsyncReads = Object.fromEntries(
    Object.entries(this.#reads).map(([name, read]: [string, (...all: never[]) => unknown]) => [
      name,
      async (...parameters: never[]) => {
        await this.before()
        return read(...parameters)
      },
    ]),
  ) as unknown as AsyncReads

  #run(request: CallRequest): CallResult {
    this.calls.push(request)
    const { to, data = new Uint8Array(0) } = request
    if (to !== undefined && equal(to, contracts.revert)) {
      const failure = { reason: 'reverted', message: 'execution reverted' } as const
      return { gasUsed: 21_000n, output: data, failure }
    }
    if (to !== undefined && equal(to, contracts.halt)) {
      const failure = { reason: 'halted', message: 'invalid opcode' } as const
      return { gasUsed: 21_000n, output: new Uint8Array(0), failure }
    }
    // A lane costs more than the account nonce.
    const gasUsed = (request.nonceKey ?? 0n) === 0n ? 53_644n : 100_000n
    return { gasUsed: this.workGas ?? gasUsed, output: data }
  }

  #logs: Reads['logs'] = ({ from, to, addresses, topics, limit, byteLimit }) => {
    const found = this.blocks.flatMap((block) =>
      block.transactions.flatMap((placed) =>
        placed.receipt.logs.map((log, position) => ({
          ...log,
          blockNumber: block.header.number,
          blockHash: block.hash,
          timestamp: block.header.timestamp,
          transactionHash: placed.hash,
          transactionIndex: placed.index,
          logIndex: placed.firstLog + position,
        })),
      ),
    )
    const matching = found.filter(
      (log) =>
        log.blockNumber >= from &&
        log.blockNumber <= to &&
        (addresses.length === 0 || addresses.some((address) => equal(address, log.address))) &&
        topics.every((any, position) => {
          const topic = log.topics[position]
          return any.length === 0 || (topic !== undefined && any.some((one) => equal(one, topic)))
        }),
    )
    if (matching.length > limit) throw new Fault({ code: 'READ_TOO_MANY_LOGS', limit })
    const bytes = matching.reduce((sum, { data }) => sum + data.length, 0)
    if (bytes > byteLimit) throw new Fault({ code: 'READ_LOGS_TOO_LARGE', bytes, limit: byteLimit })
    return matching
  }

  #pendingNonce(sender: Uint8Array, lane = 0n): bigint {
    const own = this.pooled.filter(
      (pooled) => equal(pooled.sender, sender) && pooled.nonceKey === lane,
    )
    return own.length === 0 ? nonceOf(sender, lane) : own.at(-1)!.nonce + 1n
  }

  get pool(): PoolFace {
    return {
      size: this.pooled.length,
      executable: this.pooled.filter(({ hash }) => !this.queued.has(hash.toHex())).length,
      submit: async (wire: Uint8Array, { id }: Source): Promise<Uint8Array> => {
        await this.before()
        this.submitted.push({ wire, client: id })
        const fields = decodeTransaction(wire)
        const next = this.#pendingNonce(fields.sender, fields.nonceKey)
        if (fields.nonce < next) {
          throw new Fault(
            { code: 'TX_NONCE_TOO_LOW', next, nonce: fields.nonce },
            'nonce too low: it was used already',
          )
        }
        const { signature: _, ...unsigned } = fields
        const hash = keccak256(signingPayload(unsigned, networkId))
        const { sender, nonceKey, nonce } = fields
        this.pooled.push({ hash, wire, sender, nonceKey, nonce })
        for (const listener of this.#poolListeners) listener({ hash, wire, sender })
        return hash
      },
      onAdded: (listener) => {
        this.#poolListeners.add(listener)
        return () => this.#poolListeners.delete(listener)
      },
      byHash: (hash: Uint8Array) => this.pooled.find((pooled) => equal(pooled.hash, hash)),
      pendingNonce: (sender: Uint8Array, nonceKey?: bigint) => this.#pendingNonce(sender, nonceKey),
      list: (sender?: Uint8Array): readonly ListedTransaction[] =>
        this.pooled
          .filter((pooled) => sender === undefined || equal(pooled.sender, sender))
          .map((pooled) => ({ ...pooled, isExecutable: !this.queued.has(pooled.hash.toHex()) })),
    }
  }
}

/** One transaction of each account ran, and one on lane 5 of the third. */
function nonceOf(address: Uint8Array, lane = 0n): bigint {
  if (lane !== 0n) return lane === 5n && equal(address, accounts[2]!) ? 1n : 0n
  return isOwn(address) ? 1n : 0n
}

function isOwn(address: Uint8Array): boolean {
  return accounts.some((account) => equal(account, address))
}

function isContract(address: Uint8Array): boolean {
  return Object.values(contracts).some((contract) => equal(contract, address))
}

export const account = (index: number): `0x${string}` => hex(accounts[index]!)
