import type { Common } from '@ethereumjs/common'
import {
  EVM,
  type EVMBLSInterface,
  EVMError,
  type EVMResult,
  type ExecResult,
  type Log,
  type Message,
  NobleBLS,
  type PrecompileFunc,
} from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'

import { Fault, unhex } from '#base'
import type { Precompile } from '#precompiles'

import type { State } from '../state/index.ts'
import { type BuiltinGas, builtinsOf } from './builtins.ts'
import type { TransactionContext } from './context.ts'
import { failureText } from './failure-text.ts'
import { HostFault, hostCause, rethrow } from './host-fault.ts'
import { AnalysisCache } from './interpreter/analysis.ts'
import { delegateOf } from './interpreter/call.ts'
import { type CodeMessage, Frame, type Machine } from './interpreter/frame.ts'
import { haltText } from './interpreter/halt-text.ts'
import { StepRecorder } from './interpreter/recorder.ts'
import { run } from './interpreter/run.ts'
import { type Schedule, scheduleOf } from './interpreter/schedule.ts'
import { maxWord } from './interpreter/word.ts'
import { AccessJournal } from './journal.ts'
import type { PluginHost } from './plugin-view.ts'
import type { VerifyPoint } from './point-evaluation.ts'
import { quietly } from './quietly.ts'
import { type PluginCall, type PluginObserver, runPlugin } from './run-plugin.ts'
import { accountNow, codeHashNow, codeNow } from './state-now.ts'
import { StockSteps } from './stock-steps.ts'
import { Suspend } from './suspend.ts'
import { type FrameKind, type FrameStart, pass, startOf, type Tracer } from './tracer.ts'

export interface PluginEvmOptions {
  readonly rules: Common
  readonly state: State
  /** The hash of one of the last 256 blocks. */
  readonly blockHash: (number: bigint) => Uint8Array
  readonly observer: PluginObserver
  /** Prices of built-in precompiles that differ from Ethereum's. */
  readonly builtinGas?: BuiltinGas
  /** Absent: every call of 0x0a fails. */
  readonly verifyPoint?: VerifyPoint
  readonly bls?: EVMBLSInterface
  /** For runs that nothing waits for any more: called often, throws to end the run. */
  readonly interrupt?: () => void
}

type CallMessage = Message & { to: Address }
/** Where to begin, and logs from before. */
type RunOptions = { pc?: number; initialLogs?: Log[] }

/**
 * Stock EVM with plugins among its precompiles, and with this package's interpreter for the forks
 * that it covers. Stock parts still do the calls and creations around the code.
 *
 * One instance runs one transaction at a time. After a HostFault it is not to be used again.
 */
export class PluginEvm extends EVM {
  /** Set before each transaction. */
  context: TransactionContext | undefined
  /** Told of everything that runs. Set between runs alone. */
  tracer: Tracer | undefined
  private readonly access: AccessJournal
  private readonly options: PluginEvmOptions
  private readonly frames: Message[] = []
  private readonly builtins: ReadonlyMap<string, PrecompileFunc>
  private active = new Map<string, Precompile>()
  private readonly analyses = new AnalysisCache()
  /** Undefined for the forks that stock code runs. */
  private readonly schedule: Schedule | undefined
  private machine: Machine | undefined
  /** Why frames halted, where an error's own word says too little. */
  private readonly haltTexts = new WeakMap<EVMError, string>()
  private readonly stockSteps: StockSteps
  protected override readonly _emit = quietly(this.events)

  constructor(options: PluginEvmOptions) {
    const { rules, state } = options
    super({
      common: rules,
      stateManager: state,
      blockchain: new BlockHashes((number) => options.blockHash(number)),
      bls: options.bls ?? new NobleBLS(),
    })
    this.options = options
    this.access = new AccessJournal(state, rules.gteHardfork('spuriousDragon'))
    // Journal has private members, so nothing but itself is assignable to it.
    this.journal = this.access as unknown as EVM['journal']
    this.stockSteps = new StockSteps(this.events, rules)
    this.schedule = covers(rules) ? scheduleOf(rules, this._opcodeMap) : undefined
    this.builtins = builtinsOf(rules, {
      prices: options.builtinGas,
      verifyPoint: options.verifyPoint,
    })
    this.setActive([])
  }

  /** Makes exactly these plugins callable, beside the built-in precompiles. */
  setActive(plugins: readonly Precompile[]): void {
    const map = new Map<string, PrecompileFunc>()
    for (const [key, builtin] of this.builtins) map.set(key, this.guarded(key, builtin))
    for (const plugin of plugins) {
      const key = unhex(plugin.address).toHex()
      if (map.has(key)) {
        throw new Fault(
          { code: 'EVM_ADDRESS_TAKEN', address: plugin.address, plugin: plugin.name },
          'give the plugin an address that no other precompile has',
        )
      }
      map.set(key, (input) => this.callPlugin(plugin, input.data, input.gasLimit))
    }
    this._precompiles = map
    this.access.precompiles = new Set(map.keys())
    this.active = new Map(plugins.map((plugin) => [unhex(plugin.address).toHex(), plugin]))
  }

  /** The addresses where precompiles answer. */
  get callable(): readonly Uint8Array[] {
    return [...this._precompiles.keys()].map((key) => Uint8Array.fromHex(key))
  }

  /** What answers at an address instead of an account's code. */
  precompileAt(address: Uint8Array): 'builtin' | 'stateless' | 'stateful' | undefined {
    const key = address.toHex()
    if (!this._precompiles.has(key)) return undefined
    const plugin = this.active.get(key)
    if (plugin === undefined) return 'builtin'
    return plugin.stateful ? 'stateful' : 'stateless'
  }

  /**
   * For simulations: the precompile of `from` answers at `to` instead, or nowhere. What is warm from
   * the start does not change.
   */
  movePrecompile(from: Uint8Array, to?: Uint8Array): void {
    const precompile = this._precompiles.get(from.toHex())
    if (precompile === undefined) return
    this._precompiles.delete(from.toHex())
    this.active.delete(from.toHex())
    if (to !== undefined) this._precompiles.set(to.toHex(), precompile)
  }

  /** Writes down, until it ends, what the transaction under way accesses. @see EIP-2929 */
  reportAccess(into: Map<string, Set<string>>): void {
    this.access.accessList = into
  }

  override shallowCopy(): never {
    throw new Fault({ code: 'EVM_NOT_COPYABLE' }, 'create another executor over its own state')
  }

  /** Rejects with HostFault when this host could not go on. */
  override runCall(options: RunCallOptions): Promise<EVMResult> {
    const { tracer } = this
    if (tracer !== undefined) return this.runTraced(tracer, options).catch(rethrow)
    return this.isQuiet && isPlainTransfer(options)
      ? this.transfer(options).catch(rethrow)
      : super.runCall(options).catch(rethrow)
  }

  private async runTraced(
    tracer: Tracer,
    options: RunCallOptions,
    kind: FrameKind = this.stockSteps.kind,
  ): Promise<EVMResult> {
    const { message } = options
    const isStock = this.schedule === undefined
    tracer.enter?.(message === undefined ? startOfTransaction(options) : startOf(message, kind))
    const end = isStock && message === undefined ? this.stockSteps.listen(tracer) : undefined
    const result = await super.runCall(options).finally(end)
    if (isStock) this.stockSteps.left(tracer, message?.depth ?? 0, result)
    const { executionGasUsed, exceptionError, returnValue } = result.execResult
    tracer.exit?.({
      gasUsed: executionGasUsed,
      output: returnValue,
      created: result.createdAddress?.bytes,
      failure: exceptionError && this.failureOf(exceptionError),
    })
    return result
  }

  private failureOf(error: EVMError): string | undefined {
    const isForgiven =
      error.error === EVMError.errorMessages.CODESTORE_OUT_OF_GAS &&
      !this.common.gteHardfork('homestead')
    return isForgiven ? undefined : (this.haltTexts.get(error) ?? failureText(error))
  }

  /**
   * What runTx asks for the members of, to make them warm: nothing, since the journal knows the
   * precompiles for as long as they are active. `getPrecompile` answers for single addresses.
   */
  override get precompiles(): Map<string, PrecompileFunc> {
    return none
  }

  override getPrecompile(address: Address | `0x${string}`): PrecompileFunc | undefined {
    const key = typeof address === 'string' ? address.slice(2).toLowerCase() : address.bytes.toHex()
    return this._precompiles.get(key)
  }

  private get isQuiet(): boolean {
    return (
      this.events.listenerCount('beforeMessage') === 0 &&
      this.events.listenerCount('afterMessage') === 0
    )
  }

  /** A transaction that moves wei to an account without code runs no frame. */
  private async transfer(options: PlainTransfer): Promise<EVMResult> {
    const { caller, to, value = 0n } = options
    const { state } = this.options
    const target = await settled(() => accountNow(state, to))
    const runsCode = target?.isContract() === true || this.getPrecompile(to) !== undefined
    const payer = await settled(() => accountNow(state, caller))
    if (runsCode || payer === undefined || payer.balance < value || caller.equals(to)) {
      return super.runCall(options)
    }
    const payee = target ?? new Account()
    if (payee.balance + value > maxWord) return super.runCall(options)
    payer.balance -= value
    payee.balance += value
    await this.access.putAccount(caller, payer)
    await this.access.putAccount(to, payee)
    return { execResult: { executionGasUsed: 0n, gasRefund: 0n, returnValue: new Uint8Array(0) } }
  }

  protected override async _executeCall(message: CallMessage): Promise<EVMResult> {
    this.frames.push(message)
    try {
      return await super._executeCall(message)
    } finally {
      this.frames.pop()
    }
  }

  protected override async _loadCode(message: CodeMessage): Promise<void> {
    if (message.code !== undefined) return
    const precompile = this.getPrecompile(message.codeAddress)
    if (precompile !== undefined) {
      message.code = precompile
      message.isCompiled = true
      return
    }
    const { state, rules } = this.options
    let owner = message.codeAddress
    let code = await settled(() => codeNow(state, owner))
    const delegate = rules.isActivatedEIP(7702) ? delegateOf(code) : undefined
    if (delegate !== undefined) {
      owner = new Address(delegate)
      code = await settled(() => codeNow(state, owner))
      if (message.depth === 0) this.access.addAlwaysWarmAddress(owner.toString())
    }
    message.code = code
    if (code.length > 0) message.codeHash = await settled(() => codeHashNow(state, owner))
    message.isCompiled = false
    message.chargeCodeAccesses = true
  }

  protected override async runInterpreter(
    message: CodeMessage,
    options?: RunOptions,
  ): Promise<ExecResult> {
    const { schedule } = this
    if (schedule === undefined) return super.runInterpreter(message, options)
    const frame = new Frame(this.machineFor(message, schedule), message)
    const error = await run(frame)
    if (error !== undefined && this.tracer !== undefined) {
      this.haltTexts.set(error, haltText(frame, error))
    }
    const burnt = error !== undefined && error.error !== EVMError.errorMessages.REVERT
    return {
      executionGasUsed: burnt ? message.gasLimit : message.gasLimit - frame.gasLeft,
      returnValue: frame.output,
      gasRefund: frame.refund,
      logs: error === undefined ? frame.logs : [],
      selfdestruct: error === undefined ? frame.selfdestruct : new Map(),
      createdAddresses: error === undefined ? frame.created : new Set(),
      ...(error === undefined ? {} : { exceptionError: error }),
    }
  }

  private machineFor(message: Message, schedule: Schedule): Machine {
    if (message.depth > 0 && this.machine !== undefined) return this.machine
    const [block, transaction] = [this._block, this._tx]
    if (block === undefined || transaction === undefined) throw new TypeError('no call under way')
    const { state, rules, blockHash } = this.options
    const { tracer } = this
    this.machine = {
      schedule,
      state,
      journal: this.access,
      transient: this.transientStorage,
      analyses: this.analyses,
      chainId: rules.chainId(),
      block,
      gasPrice: transaction.gasPrice,
      origin: transaction.origin,
      blockHash,
      run: (inner, kind) =>
        tracer === undefined
          ? this.runCall({ message: inner })
          : this.runTraced(tracer, { message: inner }, kind),
      tracer,
      recorder: tracer?.steps && new StepRecorder(tracer.steps),
      interrupt: this.options.interrupt,
    }
    return this.machine
  }

  private callPlugin(plugin: Precompile, input: Uint8Array, gasLimit: bigint): Promise<ExecResult> {
    const message = this.frames.at(-1)
    const { context } = this
    if (message?.to === undefined || context === undefined || this._tx === undefined) {
      throw new TypeError('a plugin was called outside a transaction')
    }
    const borrowed = message.delegatecall || !message.codeAddress.equals(message.to)
    const host: PluginHost = {
      state: this.options.state,
      journal: this.access,
      context,
      origin: this._tx.origin,
      isPrecompile: (address) => this._precompiles.has(address.toHex()),
    }
    const call = { plugin, input, gasLimit, message, borrowed }
    return this.tracer === undefined
      ? runPlugin(host, call, this.options.observer)
      : runPluginTraced(this.tracer, host, call, this.options.observer)
  }

  /** A precompile that throws must not take the transaction, or the chain, with it. */
  private guarded(key: string, builtin: PrecompileFunc): PrecompileFunc {
    return async (input) => {
      try {
        return await builtin(input)
      } catch (error) {
        const cause = hostCause(error)
        if (cause !== undefined) throw new HostFault(cause, error)
        this.options.observer.onDefect({ where: `0x${key}`, error })
        return {
          executionGasUsed: input.gasLimit,
          returnValue: new Uint8Array(0),
          exceptionError: new EVMError(EVMError.errorMessages.INTERNAL_ERROR),
        }
      }
    }
  }
}

type RunCallOptions = Parameters<EVM['runCall']>[0]
type PlainTransfer = RunCallOptions & { readonly caller: Address; readonly to: Address }

const none = new Map<string, never>()

function startOfTransaction({ caller, to, data, gasLimit, value }: RunCallOptions): FrameStart {
  return {
    kind: to === undefined ? 'CREATE' : 'CALL',
    depth: 0,
    from: caller?.bytes ?? new Uint8Array(20),
    to: to?.bytes,
    input: data ?? new Uint8Array(0),
    gas: gasLimit ?? 0n,
    value: value ?? 0n,
  }
}

/** Tells payments as frames of their own, and logs, which a plugin's frame has all at its end. */
async function runPluginTraced(
  tracer: Tracer,
  host: PluginHost,
  call: PluginCall,
  observer: PluginObserver,
): Promise<ExecResult> {
  const result = await runPlugin(host, call, {
    onDefect: (defect) => observer.onDefect(defect),
    onPayout(payout) {
      const { from, to, amount, depth } = payout
      pass(tracer, {
        kind: 'CALL',
        depth: depth + 1,
        from: from.bytes,
        to: to.bytes,
        value: amount,
      })
      observer.onPayout(payout)
    },
  })
  for (const [address, topics, data] of result.logs ?? []) tracer.log?.({ address, topics, data })
  return result
}

/** As runTx calls. Whether there is code to run is not known yet. */
function isPlainTransfer(options: RunCallOptions): options is PlainTransfer {
  const { message, to, caller, code, depth, skipBalance, skipNonceIncrement } = options
  return (
    message === undefined &&
    to !== undefined &&
    caller !== undefined &&
    code === undefined &&
    depth === undefined &&
    skipBalance !== true &&
    skipNonceIncrement === true
  )
}

/** Runs a synchronous read again until the state behind it has arrived. */
async function settled<Value>(read: () => Value): Promise<Value> {
  for (;;) {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof Suspend)) throw error
      await error.load
    }
  }
}

/** Earlier forks price storage and calls differently, and only tests run them. */
function covers(rules: Common): boolean {
  return rules.gteHardfork('cancun') && !rules.gteHardfork('amsterdam')
}

/** What stock code asks BLOCKHASH of. */
class BlockHashes {
  private readonly of: (number: bigint) => Uint8Array

  constructor(of: (number: bigint) => Uint8Array) {
    this.of = of
  }

  getBlock(number: number): Promise<{ hash: () => Uint8Array }> {
    const hash = this.of(BigInt(number))
    return Promise.resolve({ hash: () => hash })
  }

  putBlock(): Promise<void> {
    return Promise.resolve()
  }

  shallowCopy(): this {
    return this
  }
}
