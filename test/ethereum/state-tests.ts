import { type Common, Hardfork } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import { Account, Address } from '@ethereumjs/util'
import { runTx } from '@ethereumjs/vm'

/** Runs GeneralStateTests through the execution core. @see https://eest.ethereum.org, "State Tests" */
import { equal, encodeRlp, hex, type Hex, padLeft, toBigInt, trimLeft, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { openMemory } from '#storage'

import { blockForVm, type OpenHeader } from '../../chain/block/apply.ts'
import { createExecutor, type ExecutorOptions, type Tracer } from '../../chain/evm/index.ts'
import { headState, type State } from '../../chain/state/index.ts'
import { blobBaseFee } from './fees.ts'
import { ethereumRules } from './forks.ts'
import { decodeTransaction, envelopeOf, type EthereumEnvelope } from './transaction.ts'

interface Indexes {
  readonly data: number
  readonly gas: number
  readonly value: number
}

interface PostEntry {
  readonly hash: Hex
  readonly logs: Hex
  readonly indexes: Indexes
  readonly txbytes?: Hex
  readonly expectException?: string
}

export interface StateTest {
  readonly env: Readonly<Record<string, Hex | undefined>>
  readonly pre: Readonly<
    Record<
      Hex,
      {
        readonly balance: Hex
        readonly code: Hex
        readonly nonce: Hex
        readonly storage: Readonly<Record<Hex, Hex>>
      }
    >
  >
  readonly transaction: {
    readonly data: readonly Hex[]
    readonly gasLimit: readonly Hex[]
    readonly value: readonly Hex[]
    readonly accessLists?: readonly unknown[]
    readonly secretKey: Hex
    readonly [field: string]: unknown
  }
  readonly post: Readonly<Record<string, readonly PostEntry[]>>
}

export interface Verdict {
  readonly name: string
  readonly fork: string
  readonly indexes: Indexes
  /** Absent when the test passed. */
  readonly failure?: string
}

const forks: Readonly<Record<string, Hardfork>> = {
  Frontier: Hardfork.Chainstart,
  Homestead: Hardfork.Homestead,
  EIP150: Hardfork.TangerineWhistle,
  EIP158: Hardfork.SpuriousDragon,
  Byzantium: Hardfork.Byzantium,
  Constantinople: Hardfork.Constantinople,
  ConstantinopleFix: Hardfork.Petersburg,
  Istanbul: Hardfork.Istanbul,
  Berlin: Hardfork.Berlin,
  London: Hardfork.London,
  Merge: Hardfork.Paris,
  Paris: Hardfork.Paris,
  Shanghai: Hardfork.Shanghai,
  Cancun: Hardfork.Cancun,
  Prague: Hardfork.Prague,
  Osaka: Hardfork.Osaka,
}

/** All tests of one parsed file, of one fork only when `fork` is given. */
export async function* runStateTests(
  file: Readonly<Record<string, StateTest>>,
  fork?: string,
): AsyncGenerator<Verdict> {
  for (const [name, test] of Object.entries(file)) {
    for (const [forkName, entries] of Object.entries(test.post)) {
      const hardfork = forks[forkName]
      if (hardfork === undefined || (fork !== undefined && fork !== forkName)) continue
      for (const entry of entries) {
        const failure = await failureOf(test, entry, ethereumRules(1n, hardfork))
        const verdict = { name, fork: forkName, indexes: entry.indexes }
        yield failure === undefined ? verdict : { ...verdict, failure }
      }
    }
  }
}

/** What a transaction did to a state. */
export interface Execution {
  readonly root: Uint8Array
  readonly logsHash: Uint8Array
  /** Why the transaction was refused. */
  readonly refusal?: string
}

async function failureOf(
  test: StateTest,
  entry: PostEntry,
  rules: Common,
): Promise<string | undefined> {
  const { root, logsHash, refusal } = await execute(test, entry, rules)
  if (entry.expectException === undefined && refusal !== undefined) return `refused: ${refusal}`
  if (entry.expectException !== undefined && refusal === undefined) {
    return `accepted instead of ${entry.expectException}`
  }
  if (!equal(root, unhex(entry.hash))) return `state root ${hex(root)} instead of ${entry.hash}`
  if (!equal(logsHash, unhex(entry.logs))) return `logs ${hex(logsHash)} instead of ${entry.logs}`
  return undefined
}

export interface ExecuteOptions extends Partial<ExecutorOptions> {
  readonly tracer?: Tracer
  /** Runs code in the interpreter of @ethereumjs. */
  readonly stock?: boolean
}

/** Runs one entry of a test under any rules. */
export async function execute(
  test: StateTest,
  entry: Pick<PostEntry, 'indexes' | 'txbytes'>,
  rules: Common,
  { tracer, stock, ...options }: ExecuteOptions = {},
): Promise<Execution> {
  const state = await preState(test)
  let logs: readonly (readonly [Uint8Array, Uint8Array[], Uint8Array])[] = []
  let refusal: string | undefined
  const observer = {
    onDefect: ({ where, error }: { where: string; error: unknown }): never => {
      throw new Error(`${where} threw`, { cause: error })
    },
    onPayout: () => {},
  }
  const executor = createExecutor({ rules, state, blockHash, observer, ...options })
  executor.evm.tracer = tracer
  // No option reaches this: the forks that both cover are compared here alone.
  if (stock === true) Reflect.set(executor.evm, 'schedule', undefined)
  const block = blockOf(test, rules)
  try {
    const tx = transactionOf(test, entry, rules).forVm()
    const result = await runTx(executor.vm, { tx, block, skipHardForkValidation: true })
    logs = result.execResult.logs ?? []
  } catch (error) {
    if (!(error instanceof Error)) throw error
    refusal = error.message
  }
  const logsHash = keccak256(encodeRlp(logs))
  return { root: state.root(), logsHash, ...(refusal === undefined ? {} : { refusal }) }
}

/** What geth's test tool answers; the suites' BLOCKHASH results were made with it. */
function blockHash(number: bigint): Uint8Array {
  return keccak256(utf8(number.toString()))
}

async function preState({ pre }: StateTest): Promise<State> {
  const state = headState(openMemory())
  for (const [key, { balance, code, nonce, storage }] of Object.entries(pre)) {
    const address = new Address(unhex(key))
    await state.putAccount(address, new Account(BigInt(nonce), BigInt(balance)))
    if (code !== '0x') await state.putCode(address, unhex(code))
    for (const [slot, value] of Object.entries(storage)) {
      const word = trimLeft(bytesOf(value))
      if (word.length > 0) await state.putStorage(address, padLeft(bytesOf(slot as Hex), 32), word)
    }
  }
  // Accounts know their storage root once it was computed, and a creation collides with one (EIP-7610).
  state.root()
  return state
}

/** Bytes of a number that may lack its leading zero. */
function bytesOf(text: Hex): Uint8Array {
  return unhex(text.length % 2 === 0 ? text : `0x0${text.slice(2)}`)
}

function blockOf({ env }: StateTest, rules: Common): ReturnType<typeof blockForVm> {
  const bytes = (field: string, size: number): Uint8Array =>
    padLeft(trimLeft(bytesOf(env[field] ?? '0x')), size)
  const number = (field: string): bigint => BigInt(env[field] ?? 0)
  const excess = env['currentExcessBlobGas']
  const price =
    excess !== undefined && rules.isActivatedEIP(4844) ? blobBaseFee(BigInt(excess), rules) : 1n
  const none = new Uint8Array(0)
  const header: OpenHeader = {
    parentHash: none,
    ommersHash: none,
    beneficiary: bytes('currentCoinbase', 20),
    difficulty: number('currentDifficulty'),
    number: number('currentNumber'),
    gasLimit: number('currentGasLimit'),
    timestamp: number('currentTimestamp'),
    extraData: none,
    prevRandao: bytes('currentRandom', 32),
    nonce: none,
    ...(rules.isActivatedEIP(1559) ? { baseFeePerGas: number('currentBaseFee') } : {}),
  }
  return blockForVm(header, rules, price)
}

function transactionOf(
  test: StateTest,
  { indexes, txbytes }: Pick<PostEntry, 'indexes' | 'txbytes'>,
  rules: Common,
): EthereumEnvelope {
  if (txbytes !== undefined) return decodeTransaction(unhex(txbytes), rules)
  const { data, gasLimit, value, accessLists, secretKey, ...fields } = test.transaction
  const unsigned = {
    ...fields,
    type: accessLists === undefined ? 0 : 'maxFeePerGas' in fields ? 2 : 1,
    data: data[indexes.data] ?? '0x',
    gasLimit: gasLimit[indexes.gas] ?? '0x0',
    value: value[indexes.value] ?? '0x0',
    accessList: accessLists?.[indexes.data] ?? [],
    chainId: toBigInt(Uint8Array.of(1)),
  }
  const tx = createTx(unsigned as Parameters<typeof createTx>[0], { common: rules, freeze: false })
  return envelopeOf(tx.sign(unhex(secretKey)))
}
