import { extname } from 'node:path'
import { type ResourceLimits, Worker } from 'node:worker_threads'

import { Fault, type Log } from '#base'

import type { AsyncReads, StopSignal } from '../port.ts'
import { connect, type Connection, type Handlers } from './calls.ts'
import { Cancellations } from './cancellations.ts'
import type { EngineHandlers } from './engine-thread.ts'
import { limits } from './limits.ts'
import type { EngineThreadInit, ReaderInit } from './setup.ts'
import { forwardLog } from './thread-log.ts'

/** The same file beside this one, as source or built. */
function entry(name: string): URL {
  return new URL(`./${name}${extname(import.meta.filename)}`, import.meta.url)
}

class Thread<Offered extends Handlers> {
  readonly worker: Worker
  readonly connection: Connection<Offered>
  readonly exited: Promise<void>

  constructor(
    name: string,
    init: EngineThreadInit | ReaderInit,
    log: Log,
    resourceLimits: ResourceLimits = {},
  ) {
    this.worker = new Worker(entry(name), { workerData: init, name, resourceLimits })
    this.connection = connect<Offered>(this.worker)
    forwardLog(this.worker, log)
    this.exited = new Promise((resolve) => {
      this.worker.on('error', (error) => {
        log.error('a thread died', { thread: name, error: String(error) })
        this.connection.lost(
          new Fault({ code: 'CHAIN_THREAD_LOST', thread: name, error: String(error) }),
        )
      })
      this.worker.on('exit', () => {
        this.connection.lost(new Fault({ code: 'CHAIN_THREAD_LOST', thread: name, error: 'exit' }))
        resolve()
      })
    })
  }
}

/** What a block leaves behind dies young: with room for it, less is copied. */
const engineMemory: ResourceLimits = { maxYoungGenerationSizeMb: 96 }

/** The engine thread. `restart` gives up on the present one. */
export class EngineThread {
  readonly #init: EngineThreadInit
  readonly #log: Log
  #thread: Thread<EngineHandlers>

  constructor(init: EngineThreadInit, log: Log) {
    this.#init = init
    this.#log = log
    this.#thread = new Thread('engine-thread', init, log, engineMemory)
  }

  get remote(): Connection<EngineHandlers>['remote'] {
    return this.#thread.connection.remote
  }

  async restart(): Promise<void> {
    await this.#thread.worker.terminate()
    await this.#thread.exited
    this.#thread = new Thread('engine-thread', this.#init, this.#log, engineMemory)
  }

  async close(): Promise<void> {
    await this.remote.close().catch(() => undefined)
    await this.#thread.worker.terminate()
  }
}

interface ReaderHandlers extends Record<string, (...parameters: never[]) => unknown> {
  ready: () => void
  close: () => void
}

/** Far above what the limits on calls and answers let one come to: an error must not take the node. */
const readerMemory: ResourceLimits = { maxOldGenerationSizeMb: 1024 }

/** Reads whose work the caller chooses. */
const long: ReadonlySet<string> = new Set<keyof AsyncReads>([
  'call',
  'creatorOf',
  'estimateGas',
  'feeHistory',
  'frames',
  'logs',
  'proof',
  'simulate',
  'accessList',
  'storageValues',
  'storageRange',
  'traceBlock',
  'traceCall',
  'traceTransaction',
  'transactionByNonce',
  'transactionsOf',
])

/** Those of them that are done at once as a rule. */
const brief: ReadonlySet<string> = new Set<keyof AsyncReads>(['call', 'estimateGas'])

interface Reader {
  readonly thread: Thread<ReaderHandlers>
  readonly cancellations: Cancellations
  /** Long reads under way. */
  busy: number
}

interface CallUnderWay {
  readonly reader: Reader
  readonly word: number
}

/** For whom the reads of one `readsUntil` are. */
interface Visit {
  readonly signal: StopSignal
  readonly client: string | undefined
  readonly underWay: Set<CallUnderWay>
}

/**
 * Reader threads: a call goes to the one with the fewest under way; a dead one is replaced. The
 * first takes no long reads, and no other takes short ones beside them: a balance never waits for
 * somebody's loop.
 */
export class ReaderThreads {
  readonly #init: EngineThreadInit
  readonly #log: Log
  readonly #readers: Reader[] = []
  #closing = false
  #begun = 0
  readonly reads: AsyncReads = proxyOf((name, parameters) => this.#call(name, parameters))

  constructor(init: EngineThreadInit, log: Log) {
    this.#init = init
    this.#log = log
    for (let index = 0; index < limits.readers.value; index++) this.#start(index)
  }

  /** Since the start, and under way. */
  get calls(): { readonly begun: number; readonly waiting: number } {
    const waiting = this.#readers.map(({ thread }) => thread.connection.waiting)
    return { begun: this.#begun, waiting: waiting.reduce((sum, one) => sum + one, 0) }
  }

  /**
   * Reads that end with `READ_CANCELLED`, wherever they are, once `signal` says so. Brief ones of a
   * client that is named run one after the other.
   */
  readsUntil(signal: StopSignal, client?: string): AsyncReads {
    const underWay = new Set<CallUnderWay>()
    let isHeard = false
    return proxyOf((name, parameters) => {
      if (!isHeard) {
        isHeard = true
        signal.addEventListener('abort', () => {
          for (const { reader, word } of underWay) reader.cancellations.cancel(word)
        })
      }
      return this.#call(name, parameters, { signal, client, underWay })
    })
  }

  async ready(): Promise<void> {
    await Promise.all(this.#readers.map(({ thread }) => thread.connection.remote.ready()))
  }

  async close(): Promise<void> {
    this.#closing = true
    await Promise.all(
      this.#readers.map(async ({ thread }) => {
        await thread.connection.remote.close().catch(() => undefined)
        await thread.worker.terminate()
      }),
    )
  }

  #start(index: number): void {
    const cancellations = new Cancellations(limits.reads.value)
    const init = { ...this.#init, cancelled: cancellations.words }
    const thread = new Thread<ReaderHandlers>('reader-thread', init, this.#log, readerMemory)
    this.#readers[index] = { thread, cancellations, busy: 0 }
    void this.#replace(thread, index)
  }

  /** A thread that dies before it was ready would die again: its calls say why. */
  async #replace(thread: Thread<ReaderHandlers>, index: number): Promise<void> {
    const wasReady = await thread.connection.remote.ready().then(
      () => true,
      () => false,
    )
    await thread.exited
    if (wasReady && !this.#closing) this.#start(index)
  }

  #call(name: string, parameters: readonly unknown[], visit?: Visit): Promise<unknown> {
    this.#begun++
    const isLong = long.has(name)
    const reader = this.#choose(isLong)
    const { thread, cancellations } = reader
    const word = cancellations.take()
    if (word === undefined) return Promise.reject(busy())
    if (visit?.signal.aborted === true) cancellations.cancel(word)
    const call: CallUnderWay = { reader, word }
    visit?.underWay.add(call)
    if (isLong) reader.busy++
    const end = (): void => {
      if (isLong) reader.busy--
      visit?.underWay.delete(call)
      cancellations.giveBack(word)
    }
    const line = brief.has(name) ? visit?.client : undefined
    const result = thread.connection.call(name, [word, ...parameters], line)
    result.then(end, end)
    return result
  }

  #choose(isLong: boolean): Reader {
    const [first] = this.#readers
    if (first === undefined) throw new TypeError('no readers')
    const fit = (reader: Reader): boolean =>
      isLong ? reader !== first : reader === first || reader.busy === 0
    return idlest(this.#readers, fit) ?? idlest(this.#readers, () => true) ?? first
  }
}

function idlest(readers: readonly Reader[], fit: (reader: Reader) => boolean): Reader | undefined {
  let found: Reader | undefined
  for (const reader of readers) {
    const { isLost, waiting } = reader.thread.connection
    if (isLost || !fit(reader)) continue
    if (found === undefined || waiting < found.thread.connection.waiting) found = reader
  }
  return found
}

type Read = (...parameters: readonly unknown[]) => Promise<unknown>

function proxyOf(
  read: (name: string, parameters: readonly unknown[]) => Promise<unknown>,
): AsyncReads {
  const known: Record<string, Read> = {}
  const reads = new Proxy(known, {
    get: (_, name: string) => (known[name] ??= (...parameters) => read(name, parameters)),
  })
  return reads as unknown as AsyncReads
}

function busy(): Fault<{ code: 'READ_BUSY'; limit: number }> {
  return new Fault({ code: 'READ_BUSY', limit: limits.reads.value }, 'ask again later')
}
