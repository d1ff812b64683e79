import { Address } from '@ethereumjs/util'

import { concat, fixed, toBigInt, unhex } from '#base'
import { discover, type Precompile } from '#precompiles'

import { builtinGas } from '../chain/pars/builtin-gas.ts'
import { loadEngines } from '../chain/pars/engines.ts'
import type { ChainProfile } from '../chain/profile.ts'
import { contract, networkId, type World, worldOf } from '../test/chain/evm/world.ts'
import type { Case } from './precompiles/case.ts'
import {
  accountCases,
  exponentiationCases,
  hashCases,
  mlDsaCases,
  signatureCases,
} from './precompiles/cases.ts'
import { blsCases, bn254Cases, pointEvaluationCase } from './precompiles/curves.ts'
import { modelCases } from './precompiles/models.ts'
import { sha3Cases, vectorCases } from './precompiles/post-quantum.ts'

const rounds = 7
const roundMicroseconds = 15_000
const reference = 'ML-DSA-65'

interface Subject {
  readonly name: string
  readonly input: Uint8Array
  readonly world: World
  /** Of the call itself, at Ethereum's price and at Pars'. */
  readonly stock: number
  readonly gas: number
  /** Gas for one measurement. */
  budget: bigint
  readonly samples: Sample[]
}

/** One turn of the loop around the call. */
interface Sample {
  /** CPU time. */
  readonly microseconds: number
  readonly gas: number
}

/**
 * Prints what a contract costs that does nothing but call one precompile, for each precompile at its
 * dearest inputs: CPU time of one call in ns, its gas, gas per microsecond (the loop included), and that
 * as a part of ML-DSA-65's. Marks what is below half of it, and what is not within half and twice the
 * median: too cheap or too dear.
 */
export async function precompiles(): Promise<void> {
  const plugins = await discover()
  const engines = await loadEngines()
  const subjects: Subject[] = []
  for (const one of await cases(plugins)) subjects.push(await prepare(one, plugins, engines))
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) {
      const { microseconds, gas, count } = await run(subject)
      subject.samples.push({ microseconds: microseconds / count, gas: gas / count })
    }
  }
  report(subjects)
}

async function cases(plugins: readonly Precompile[]): Promise<Case[]> {
  return [
    ...mlDsaCases(),
    ...vectorCases(plugins),
    ...sha3Cases(),
    ...modelCases(plugins),
    ...accountCases(plugins, networkId),
    ...signatureCases(),
    ...hashCases(),
    ...exponentiationCases(),
    ...bn254Cases(),
    await pointEvaluationCase(),
    ...blsCases(),
  ]
}

async function prepare(
  one: Case,
  plugins: readonly Precompile[],
  engines: ChainProfile['engines'],
): Promise<Subject> {
  const code = [[contract, loopOver(one)]] as const
  const ethereum = await worldOf({ plugins, ...engines })
  const world = await worldOf({ plugins, code, ...engines, builtinGas })
  for (const place of [ethereum, world]) await begin(one, place)
  const [stock, gas] = [await priceOf(one, ethereum), await priceOf(one, world)]
  const { name, input } = one
  const budget = BigInt(gas * 2 + 200_000)
  const subject: Subject = { name, input, world, stock, gas, budget, samples: [] }
  while ((await run(subject)).microseconds < roundMicroseconds) subject.budget *= 2n
  return subject
}

async function begin({ name, before = [] }: Case, world: World): Promise<void> {
  for (const { to, input } of before) {
    const { execResult } = await world.call(new Address(to), input, { gasLimit: 16_777_216n })
    const error = execResult.exceptionError
    if (error !== undefined) throw new Error(`before ${name}: ${error.error}`)
  }
}

/** Gas of one call, which must end as the case says. */
async function priceOf({ name, to, input, fails }: Case, world: World): Promise<number> {
  const gasLimit = BigInt(fails ?? 100_000_000)
  const { execResult } = await world.call(new Address(fixed(to, 20)), input, { gasLimit })
  if ((execResult.exceptionError === undefined) !== (fails === undefined)) {
    throw new Error(`${name}: ${execResult.exceptionError?.error ?? 'does not fail'}`)
  }
  return Number(execResult.executionGasUsed)
}

/**
 * A contract that copies its call data to memory, makes the call with it until no more gas is left
 * than the last word of the data says, and returns how often.
 */
function loopOver({ to, input, fails }: Case): Uint8Array {
  const size = `63${fixed(input.length, 4).toHex()}`
  const gas = fails === undefined ? '5a' : `63${fixed(fails, 4).toHex()}`
  // CALLDATACOPY(0, 0, size); counter = 0
  const before = `${size}5f5f375f`
  // STATICCALL(gas, to, 0, size, 0, 0); counter++
  const call = `5b5f5f${size}5f73${fixed(to, 20).toHex()}${gas}fa50600101`
  // JUMPI(loop, CALLDATALOAD(size) < GAS); MSTORE(0, counter); RETURN(0, 32)
  const after = `5a${size}35106009575f5260205ff3`
  return unhex(`0x${before}${call}${after}`)
}

/** Runs the loop until its budget is gone. */
async function run(subject: Subject): Promise<Sample & { readonly count: number }> {
  const { name, world, input, budget, gas } = subject
  const reserve = BigInt(Math.ceil(gas * 1.1) + 1000)
  const data = concat(input, fixed(reserve, 32))
  const before = process.cpuUsage()
  const { execResult } = await world.call(contract, data, { gasLimit: budget + reserve })
  const { user, system } = process.cpuUsage(before)
  if (execResult.exceptionError !== undefined) {
    throw new Error(`${name}: ${execResult.exceptionError.error}`)
  }
  return {
    microseconds: user + system,
    gas: Number(execResult.executionGasUsed),
    count: Number(toBigInt(execResult.returnValue)),
  }
}

function report(subjects: readonly Subject[]): void {
  const speeds = new Map(subjects.map((subject) => [subject.name, speedOf(subject)]))
  const middle = median([...speeds.values()])
  const base = speeds.get(reference) ?? NaN
  print(['', 'CPU ns', 'gas', 'gas/us', `to ${reference}`, 'Ethereum: gas', 'ratio'])
  for (const subject of subjects) {
    const { name, stock, gas, samples } = subject
    const speed = speeds.get(name) ?? NaN
    const marks = [
      ...(speed < base / 2 ? [`below half of ${reference}`] : []),
      ...(speed < middle / 2 ? ['below half of the median'] : []),
      ...(speed > middle * 2 ? ['above twice the median'] : []),
    ]
    print([
      name,
      (1000 * median(samples.map(({ microseconds }) => microseconds))).toFixed(0),
      String(gas),
      speed.toFixed(1),
      (speed / base).toFixed(2),
      ...(stock === gas
        ? ['', '']
        : [String(stock), (speedOf(subject, stock - gas) / base).toFixed(2)]),
      marks.join(', '),
    ])
  }
  print(['median', '', '', middle.toFixed(1), (middle / base).toFixed(2)])
}

/** @param more Gas that a turn is taken to cost besides. */
function speedOf({ samples }: Subject, more = 0): number {
  return median(samples.map(({ gas, microseconds }) => (gas + more) / microseconds))
}

function print([name = '', ...columns]: readonly string[]): void {
  const marks = columns.splice(6)
  const numbers = columns.map((column) => column.padStart(13))
  console.log(`${name.padEnd(34)}${numbers.join('')}  ${marks.join('')}`.trimEnd())
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}
