import assert from 'node:assert/strict'

import { Address } from '@ethereumjs/util'

import { concat, fixed, hex, toBigInt, unhex } from '#base'
import { discover, type Precompile } from '#precompiles'

import { builtinGas } from '../../chain/pars/builtin-gas.ts'
import { loadEngines } from '../../chain/pars/engines.ts'
import { type World, worldOf } from '../chain/evm/world.ts'
import { Seeded } from '../seeded.ts'

const calls = 10_000
/** Little enough that no call of a pairing or an exponentiation takes long. */
const gasLimit = 150_000n
/** A selector and the words of eight arguments. */
const leadingBytes = 4 + 8 * 32
const seed = process.env['PARS_SEED'] ?? 'malformed'
const plugins = await discover()

const words = (bytes: number): bigint => BigInt(Math.ceil(bytes / 32))

/** Of EIP-7883: what modular exponentiation costs. */
function exponentiationGas(input: Uint8Array): bigint {
  const padded = concat(input, new Uint8Array(96))
  const [base, exponent, modulus] = [0, 32, 64].map((at) => toBigInt(padded.subarray(at, at + 32)))
  assert.ok(base !== undefined && exponent !== undefined && modulus !== undefined)
  const longest = base > modulus ? base : modulus
  const complexity = longest > 32n ? 2n * ((longest + 7n) / 8n) ** 2n : 16n
  const start = base > BigInt(input.length) ? input.length : Number(base)
  const size = exponent > 32n ? 32 : Number(exponent)
  const head = concat(input.subarray(96 + start), new Uint8Array(32)).subarray(0, size)
  const bits = BigInt(Math.max(0, toBigInt(head).toString(2).length - 1))
  const iterations = exponent > 32n ? 16n * (exponent - 32n) + bits : bits
  const gas = complexity * (iterations > 1n ? iterations : 1n)
  return gas > 500n ? gas : 500n
}

interface Builtin {
  readonly address: number
  readonly name: string
  /** Lengths about which something happens. */
  readonly lengths: readonly number[]
  /** Of Pars where PIP-0005 has another price. */
  readonly gas: (input: Uint8Array) => bigint
}

const priced = (address: number, input: Uint8Array): bigint =>
  builtinGas.get(fixed(address, 20).toHex())?.(input) ?? -1n

const builtins: readonly Builtin[] = [
  { address: 0x01, name: 'ecrecover', lengths: [0, 64, 128], gas: () => 3000n },
  { address: 0x02, name: 'sha256', lengths: [0, 32], gas: (x) => 60n + 12n * words(x.length) },
  { address: 0x03, name: 'RIPEMD-160', lengths: [0], gas: (x) => 600n + 120n * words(x.length) },
  { address: 0x04, name: 'identity', lengths: [0], gas: (x) => 15n + 3n * words(x.length) },
  { address: 0x05, name: 'modexp', lengths: [0, 96, 100, 160], gas: exponentiationGas },
  { address: 0x06, name: 'bn254 add', lengths: [0, 64, 128], gas: (x) => priced(0x06, x) },
  { address: 0x07, name: 'bn254 multiply', lengths: [0, 64, 96], gas: () => 6000n },
  { address: 0x08, name: 'bn254 pairing', lengths: [192], gas: (x) => priced(0x08, x) },
  { address: 0x09, name: 'BLAKE2b', lengths: [213], gas: (x) => toBigInt(x.subarray(0, 4)) },
  { address: 0x0a, name: 'point evaluation', lengths: [192], gas: (x) => priced(0x0a, x) },
  { address: 0x0b, name: 'BLS G1 add', lengths: [256], gas: (x) => priced(0x0b, x) },
  { address: 0x0c, name: 'BLS G1 MSM', lengths: [160, 320], gas: (x) => priced(0x0c, x) },
  { address: 0x0d, name: 'BLS G2 add', lengths: [512], gas: (x) => priced(0x0d, x) },
  { address: 0x0e, name: 'BLS G2 MSM', lengths: [288, 576], gas: (x) => priced(0x0e, x) },
  { address: 0x0f, name: 'BLS pairing', lengths: [384], gas: (x) => priced(0x0f, x) },
  { address: 0x10, name: 'BLS map to G1', lengths: [64], gas: () => 5500n },
  { address: 0x11, name: 'BLS map to G2', lengths: [128], gas: (x) => priced(0x11, x) },
  { address: 0x0100, name: 'P-256', lengths: [160], gas: () => 6900n },
]

class Garbage {
  readonly #random: Seeded
  constructor(name: string) {
    this.#random = new Seeded(`${seed} ${name}`)
  }

  bytes(size: number): Uint8Array {
    return this.#random.bytes(size)
  }

  /** Noise, zeros with a little noise, or all ones, about the lengths that matter. */
  around(lengths: readonly number[]): Uint8Array {
    const random = this.#random
    const near = random.pick(lengths) + random.pick([-1, 0, 0, 0, 1, 31])
    const size = random.below(4) === 0 ? random.below(700) : Math.max(0, near)
    const kind = random.below(8)
    if (kind === 0) return new Uint8Array(size).fill(0xff)
    if (kind < 4) return random.bytes(size)
    const sparse = new Uint8Array(size)
    for (let round = size === 0 ? 0 : random.below(6); round > 0; round--) {
      sparse[random.below(size)] = random.pick([1, 2, 27, 32, 255])
    }
    return sparse
  }

  /** A vector cut short, noise behind a vector's head, or noise; seldom a vector with a bit flipped. */
  of({ vectors }: Precompile): Uint8Array {
    const random = this.#random
    const all = vectors.sequences.flatMap((sequence) => sequence.calls)
    const vector = unhex(random.pick(all).input)
    const kind = random.below(100)
    if (kind < 40) return vector.subarray(0, random.below(vector.length + 1))
    if (kind < 60) {
      const head = vector.subarray(0, 1 + random.below(70))
      return concat(head, random.bytes(random.below(300)))
    }
    if (kind < 97) return random.bytes(random.below(random.pick([4, 70, 2000])))
    const changed = vector.slice()
    if (changed.length > 0) changed[random.below(changed.length)]! ^= 1 << random.below(8)
    return changed
  }
}

describe(`${calls} malformed calls (seed ${seed})`, function () {
  this.timeout(120_000)
  let world: World
  before(async () => {
    world = await worldOf({ plugins, ...(await loadEngines()), builtinGas })
  })

  async function call(
    address: Uint8Array,
    input: Uint8Array,
  ): Promise<{ readonly error: string | undefined; readonly gas: bigint }> {
    const given = input.slice()
    const { execResult } = await world.call(new Address(address), given, { gasLimit })
    assert.deepEqual(given, input)
    assert.deepEqual(world.defects, [])
    return { error: execResult.exceptionError?.error, gas: execResult.executionGasUsed }
  }

  for (const { address, name, lengths, gas } of builtins) {
    it(`of ${name} at 0x${address.toString(16)} fail with all their gas, or cost their price`, async () => {
      const garbage = new Garbage(name)
      for (let round = 0; round < calls; round++) {
        const input = garbage.around(lengths)
        const result = await call(fixed(address, 20), input)
        const expected = result.error === undefined ? gas(input) : gasLimit
        if (result.gas !== expected) assert.equal(result.gas, expected, hex(input))
      }
    })
  }

  for (const plugin of plugins) {
    it(`of ${plugin.name} at ${plugin.address.replace(/^0x0+/, '0x')} never throw, and cost what it declares`, async () => {
      const garbage = new Garbage(plugin.name)
      const address = unhex(plugin.address)
      for (let round = 0; round < calls; round++) {
        const input = garbage.of(plugin)
        const declared = plugin.gas(input)
        const copied = BigInt(Math.ceil(Math.max(0, input.length - 8192) / 32))
        const least = declared + 3n * copied
        const { error, gas } = await call(address, input)
        const shown = (): string => hex(input.subarray(0, 100))
        if (plugin.stateful) assert.ok(gas >= least || gas === gasLimit, shown())
        else if (error !== undefined || gas !== least) {
          assert.deepEqual([least > gasLimit, gas], [true, gasLimit], `${error} ${shown()}`)
        }
        const head = Math.min(input.length, leadingBytes)
        const other = concat(input.subarray(0, head), garbage.bytes(input.length - head))
        if (plugin.gas(other) !== declared) assert.fail(`gas by more than the head: ${shown()}`)
      }
    })
  }
})
