/**
 * What every plugin has to fulfil, as checks that a test runner or a command can run. They see only the
 * plugin's face: third parties hold their own plugins against them.
 */
import { empty, equal, Fault, hex, isFault, type Random, toBigInt, unhex, utf8 } from '#base'
import { keccak256, sha256, sha3_256 } from '#crypto'

import { canonicalJson } from './canonical-json.ts'
import { type CallContext, callInMemory, MemoryState, type Outcome } from './memory-view.ts'
import type { Precompile } from './plugin.ts'
import { loadPlugin } from './registry.ts'
import { specHash } from './spec-hash.ts'
import type { VectorCall, VectorContext, VectorSequence } from './vectors.ts'

export interface ConformanceCheck {
  /** A sentence about the plugin. */
  readonly name: string
  /** Throws `PRECOMPILE_NONCONFORMING` when the sentence is false. */
  run(): void
}

export interface ConformanceOptions {
  /** Draws the garbage. Print its seed. */
  readonly random: Random
  /** How many garbage inputs. */
  readonly garbage: number
}

/** The checks of `plugin`, in order, each independent of the others. */
export function conformance(
  plugin: Precompile,
  { random, garbage }: ConformanceOptions,
): readonly ConformanceCheck[] {
  const { sequences } = plugin.vectors
  const checks: readonly ConformanceCheck[] = [
    {
      name: 'has the shape of a plugin, and a specHash',
      run() {
        loadPlugin({ default: plugin }, plugin.name)
        expect(plugin, specHash(plugin).length === 32, 'specHash', '32 bytes')
        expect(
          plugin,
          sequences.some(({ calls }) => calls.length > 0),
          'vectors',
          'at least one',
        )
      },
    },
    ...sequences.map((sequence) => ({
      name: `agrees with its vectors: ${sequence.note}`,
      run: () => playSequence(plugin, sequence),
    })),
    {
      name: 'changes nothing in a static call',
      run: () => eachCall(plugin, (call, state) => checkStatic(plugin, call, state)),
    },
    {
      name: 'takes value only where its ABI says payable',
      run: () => eachCall(plugin, (call, state) => checkValue(plugin, call, state)),
    },
    {
      name: 'halts and changes nothing when one gas is missing',
      run: () => eachCall(plugin, (call, state) => checkOneGasLess(plugin, call, state)),
    },
    {
      name: `survives ${garbage} garbage inputs`,
      run() {
        for (let round = 0; round < garbage; round++) checkGarbage(plugin, random, round)
      },
    },
  ]
  return checks.map((one) => ({
    name: one.name,
    run: () => withoutDefect(plugin, () => one.run()),
  }))
}

/** Whatever else a plugin throws halts its frame on the chain, and is its defect. */
function withoutDefect(plugin: Precompile, run: () => void): void {
  try {
    run()
  } catch (error) {
    if (isFault(error)) throw error
    const facts = { plugin: plugin.name, what: 'exception', found: String(error) }
    throw new Fault(
      { code: 'PRECOMPILE_NONCONFORMING', ...facts, expected: 'none but a revert or a halt' },
      undefined,
      { cause: error },
    )
  }
}

/**
 * What the plugin makes of its vectors and of garbage, hashed: equal on every machine and in every
 * process for equal draws of `random`.
 */
export function transcript(
  plugin: Precompile,
  { random, garbage }: ConformanceOptions,
): Uint8Array {
  const outcomes: unknown[] = []
  eachCall(plugin, ({ input, context }, state) => {
    outcomes.push(describe(callInMemory(plugin, unhex(input), state, callContext(context))))
  })
  for (let round = 0; round < garbage; round++) {
    outcomes.push(describe(callInMemory(plugin, garbageInput(plugin, random, round))))
  }
  return sha256(utf8(canonicalJson(outcomes)))
}

function playSequence(plugin: Precompile, sequence: VectorSequence): void {
  const { calls, note } = sequence
  const states = [begin(sequence), begin(sequence)]
  for (const call of calls) {
    const expected = canonicalJson(expectation(call))
    for (const state of states) {
      const input = unhex(call.input)
      const outcome = callInMemory(plugin, input, state, callContext(call.context))
      const where = `${note}: ${call.note}`
      expect(plugin, equal(input, unhex(call.input)), `input of ${where}`, 'unchanged')
      expect(plugin, canonicalJson(withoutReason(outcome)) === expected, where, expected, outcome)
    }
  }
}

/** Calls `check` before each vector's call, on a copy of the state that the call meets. */
function eachCall(plugin: Precompile, check: (call: VectorCall, state: MemoryState) => void): void {
  for (const sequence of plugin.vectors.sequences) {
    const { calls } = sequence
    const state = begin(sequence)
    for (const call of calls) {
      check(call, copy(state))
      callInMemory(plugin, unhex(call.input), state, callContext(call.context))
    }
  }
}

/** The state that a sequence starts from. */
function begin({ given }: VectorSequence): MemoryState {
  const state = new MemoryState()
  for (const blob of given?.blobs ?? []) {
    const bytes = unhex(blob)
    state.blobs.set(sha3_256(bytes).toHex(), bytes)
  }
  for (const [owner, slots] of Object.entries(given?.slots ?? {})) {
    const words = slots.map(({ slot, word }) => [slot.slice(2), unhex(word)] as const)
    state.others.set(owner.slice(2), new Map(words))
  }
  return state
}

function copy(state: MemoryState): MemoryState {
  const twin = new MemoryState()
  for (const [slot, word] of state.storage) twin.storage.set(slot, word)
  for (const [hash, key] of state.keys) twin.keys.set(hash, key)
  for (const [hash, blob] of state.blobs) twin.blobs.set(hash, blob)
  for (const [owner, slots] of state.others) twin.others.set(owner, slots)
  for (const [holder, wei] of state.balances) twin.balances.set(holder, wei)
  return twin
}

function checkStatic(plugin: Precompile, call: VectorCall, state: MemoryState): void {
  const context = { ...callContext(call.context), isStatic: true }
  const outcome = callInMemory(plugin, unhex(call.input), state, context)
  const quiet =
    outcome.status !== 'returned' || (outcome.logs.length === 0 && outcome.storage.size === 0)
  expect(plugin, quiet, `static: ${call.note}`, 'no log, no write', outcome)
}

function checkValue(plugin: Precompile, call: VectorCall, state: MemoryState): void {
  // The chain halts value to a stateless plugin before it runs.
  if (!plugin.stateful || (call.context?.value ?? 0) > 0) return
  const input = unhex(call.input)
  if (payableSelectors(plugin).includes(input.subarray(0, 4).toHex())) return
  const outcome = callInMemory(plugin, input, state, { ...callContext(call.context), value: 1n })
  expect(plugin, outcome.status !== 'returned', `value: ${call.note}`, 'revert or halt', outcome)
}

interface AbiEntry {
  readonly type?: string
  readonly name?: string
  readonly stateMutability?: string
  readonly inputs?: readonly { readonly type: string }[]
}

function payableSelectors({ abi }: Precompile): readonly string[] {
  return ((abi ?? []) as readonly AbiEntry[])
    .filter(({ type, stateMutability }) => type === 'function' && stateMutability === 'payable')
    .map(({ name, inputs = [] }) => `${name}(${inputs.map(({ type }) => type).join(',')})`)
    .map((signature) => keccak256(utf8(signature)).subarray(0, 4).toHex())
}

function checkOneGasLess(plugin: Precompile, call: VectorCall, state: MemoryState): void {
  if (call.gas === undefined || call.gas === 0) return
  const before = describe(state.storage)
  const context = { ...callContext(call.context), gasLimit: BigInt(call.gas) - 1n }
  const outcome = callInMemory(plugin, unhex(call.input), state, context)
  const where = `one gas less: ${call.note}`
  expect(plugin, outcome.status === 'halted', where, 'halted', outcome)
  expect(
    plugin,
    canonicalJson(before) === canonicalJson(describe(state.storage)),
    where,
    'no write',
  )
}

function checkGarbage(plugin: Precompile, random: Random, round: number): void {
  const input = garbageInput(plugin, random, round)
  const shown = hex(input.subarray(0, 64))
  const gas: unknown = plugin.gas(input)
  expect(plugin, typeof gas === 'bigint' && gas >= 0n, `gas of ${shown}`, 'a natural number')
  for (const changes of [{}, { isStatic: true }, { depth: 3 }, { value: 1n }]) {
    const given = input.slice()
    const outcome = callInMemory(plugin, given, new MemoryState(), changes)
    expect(plugin, equal(given, input), `input ${shown}`, 'unchanged')
    if (outcome.status !== 'returned') continue
    expect(plugin, outcome.output instanceof Uint8Array, `output of ${shown}`, 'bytes', outcome)
  }
}

const longest = 8192

/** Noise, noise behind a vector's first bytes, or a vector cut, lengthened or changed in one bit. */
function garbageInput(plugin: Precompile, random: Random, round: number): Uint8Array {
  const calls = plugin.vectors.sequences.flatMap((sequence) => sequence.calls)
  const number = (below: number): number => Number(toBigInt(random.bytes(6)) % BigInt(below))
  const vector = unhex(calls[number(Math.max(1, calls.length))]?.input ?? '0x')
  const noise = random.bytes(number(longest + 1))
  switch (round % 4) {
    case 0:
      return noise
    case 1:
      noise.set(vector.subarray(0, Math.min(4 + 32 * number(8), noise.length)))
      return noise
    case 2:
      return vector.subarray(0, number(vector.length + 1))
    default: {
      const changed = new Uint8Array(vector.length + number(2) * number(64))
      changed.set(vector)
      const at = number(Math.max(1, changed.length))
      if (changed.length > 0) changed[at] = (changed[at] ?? 0) ^ (1 << number(8))
      return changed
    }
  }
}

function callContext(context: VectorContext | undefined): Partial<CallContext> {
  if (context === undefined) return {}
  const { caller, origin, depth, isStatic, value, timestamp, envelope } = context
  return {
    ...(caller !== undefined && { caller: unhex(caller), origin: unhex(caller) }),
    ...(origin !== undefined && { origin: unhex(origin) }),
    ...(depth !== undefined && { depth }),
    ...(isStatic !== undefined && { isStatic }),
    ...(value !== undefined && { value: BigInt(value) }),
    ...(timestamp !== undefined && { timestamp: BigInt(timestamp) }),
    ...(envelope !== undefined && {
      envelope: { algorithm: envelope.algorithm, key: unhex(envelope.key) },
    }),
  }
}

/** A vector's call in the form that `describe` gives an outcome. */
function expectation(call: VectorCall): unknown {
  if (call.halt === true) return { status: 'halted' }
  const { gas = 0 } = call
  if (call.revert !== undefined) return { gas, reason: call.revert, status: 'reverted' }
  return {
    gas,
    logs: (call.logs ?? []).map(({ topics, data }) => ({ topics: [...topics], data })),
    output: call.output ?? '0x',
    status: 'returned',
    storage: Object.fromEntries((call.storage ?? []).map(({ slot, word }) => [slot, word])),
  }
}

function withoutReason(outcome: Outcome): unknown {
  return outcome.status === 'halted' ? { status: 'halted' } : describe(outcome)
}

/** Bytes to hexadecimal, numbers to JSON's: what canonical JSON takes. */
function describe(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value)
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([slot, word]) => [`0x${slot}`, describe(word)]))
  }
  if (Array.isArray(value)) return value.map(describe)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, describe(part)]))
}

function expect(
  plugin: Precompile,
  holds: boolean,
  what: string,
  expected: string,
  found?: unknown,
): void {
  if (holds) return
  throw new Fault({
    code: 'PRECOMPILE_NONCONFORMING',
    plugin: plugin.name,
    what,
    expected: expected.slice(0, 4096),
    ...(found !== undefined && { found: canonicalJson(describe(found)).slice(0, 4096) }),
  })
}

/** Bytes that depend on `seed` alone, for runs that have to be repeated. */
export function seededRandom(seed: string): Random {
  let block = sha256(utf8(seed))
  let unread: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  return {
    bytes(size) {
      const out = new Uint8Array(size)
      for (let filled = 0; filled < size;) {
        if (unread.length === 0) unread = block = sha256(block)
        const part = unread.subarray(0, size - filled)
        out.set(part, filled)
        filled += part.length
        unread = unread.subarray(part.length)
      }
      return size === 0 ? new Uint8Array(empty) : out
    },
  }
}
