import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { type Abi, encodeFunctionData, parseAbi } from 'viem'

import { concat, fixed, hex, quantity, unhex } from '#base'
import {
  type Call,
  decodeCall,
  encodeActions,
  formatAction,
  type NamedContracts,
  parsePip,
} from '#governance'
import { systemAddresses } from '#protocol'

import { sampleBytes } from './sample.ts'

const probe = systemAddresses.treasury
const stranger = unhex('0x52908400098527886e0f7030069857d2e4169ee7')

/** Contracts of which one, Probe, has these functions. */
function withFunctions(...signatures: readonly string[]): NamedContracts {
  const abi = parseAbi(signatures.map((signature) => `function ${signature}`))
  return {
    ChainParams: { address: systemAddresses.chainParams, abi: [] },
    Probe: { address: probe, abi },
  }
}

/** What the one action `line` encodes to. */
function encode(line: string, contracts: NamedContracts): Call {
  const { actions } = parsePip(sampleBytes({}, ['```actions', line, '```']))
  const [first] = encodeActions(actions, contracts)
  assert.ok(first !== undefined)
  return first
}

function viemData(abi: Abi, args: readonly unknown[]): string {
  return encodeFunctionData({ abi, functionName: 'f', args })
}

/** The line that a call is shown as. */
function shown(call: Call, contracts: NamedContracts): string | undefined {
  const action = decodeCall(call, contracts)
  return action && formatAction(action)
}

/** A type, and its values as an action has them and as viem does. */
interface Sort {
  readonly type: string
  readonly value: fc.Arbitrary<readonly [ours: unknown, theirs: unknown]>
}

const both = <Value>(values: fc.Arbitrary<Value>): Sort['value'] =>
  values.map((value) => [value, value] as const)
const sized = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map(hex)
const integer = (type: string, bits: number): Sort => {
  const signed = type.startsWith('i')
  const size = BigInt(signed ? bits - 1 : bits)
  return {
    type,
    value: fc
      .bigInt(signed ? -(1n << size) : 0n, (1n << size) - 1n)
      .map((value) => [value.toString(), bits <= 48 ? Number(value) : value] as const),
  }
}
const atoms: readonly Sort[] = [
  integer('uint8', 8),
  integer('int24', 24),
  integer('uint256', 256),
  integer('int256', 256),
  { type: 'bool', value: both(fc.boolean()) },
  { type: 'address', value: both(sized(20)) },
  { type: 'bytes4', value: both(sized(4)) },
  { type: 'bytes32', value: both(sized(32)) },
  { type: 'bytes', value: both(fc.uint8Array({ maxLength: 70 }).map(hex)) },
  { type: 'string', value: both(fc.string({ unit: 'binary', maxLength: 40 })) },
]

const sorts: fc.Arbitrary<Sort> = fc.letrec<{ sort: Sort }>((tie) => ({
  sort: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...atoms),
    tie('sort').map((sort) => listOf(sort, undefined)),
    fc.tuple(tie('sort'), fc.integer({ min: 1, max: 3 })).map(([sort, size]) => listOf(sort, size)),
    fc.array(tie('sort'), { minLength: 1, maxLength: 3 }).map(tupleOf),
  ),
})).sort

function pairs(
  values: fc.Arbitrary<(readonly [unknown, unknown])[]>,
): fc.Arbitrary<readonly [unknown, unknown]> {
  return values.map((items) => [items.map(([ours]) => ours), items.map(([, theirs]) => theirs)])
}

function listOf({ type, value }: Sort, size: number | undefined): Sort {
  const bounds = size === undefined ? { maxLength: 3 } : { minLength: size, maxLength: size }
  return { type: `${type}[${size ?? ''}]`, value: pairs(fc.array(value, bounds)) }
}

function tupleOf(members: readonly Sort[]): Sort {
  return {
    type: `(${members.map(({ type }) => type).join(',')})`,
    value: pairs(fc.tuple(...members.map(({ value }) => value))),
  }
}

const cases = fc.array(sorts, { maxLength: 4 }).chain((members) => {
  const { type, value } = tupleOf(members)
  return value.map(([ours, theirs]) => ({ type, ours, theirs }))
})

describe('encoded arguments', () => {
  it('are what viem encodes, and are shown as a line that encodes to them again', () => {
    fc.assert(
      fc.property(cases, ({ type, theirs }) => {
        const signature = `f${type}`
        const contracts = withFunctions(signature)
        const abi = contracts['Probe']?.abi as Abi
        const data = unhex(viemData(abi, theirs as readonly unknown[]))
        const call = { target: probe, value: 0n, data }
        const line = shown(call, contracts)
        assert.ok(line !== undefined)
        assert.deepEqual(encode(line, contracts), call)
      }),
      { numRuns: 300 },
    )
  })

  it('may be written as texts of digits and hexadecimal, whatever their type', () => {
    fc.assert(
      fc.property(cases, ({ type, ours, theirs }) => {
        const signature = `f${type}`
        const contracts = withFunctions(signature)
        const escaped = JSON.stringify(ours).replaceAll(/[^ -~]/g, (unit) => {
          return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
        })
        const { data } = encode(`${hex(probe)}.${signature} ${escaped}`, {})
        const abi = contracts['Probe']?.abi as Abi
        assert.equal(hex(data), viemData(abi, theirs as readonly unknown[]))
      }),
      { numRuns: 300 },
    )
  })

  it('have one word for each quantity, whatever its unit', () => {
    const units = { gwei: 10n ** 9n, ether: 10n ** 18n, minutes: 60n, hours: 3_600n, days: 86_400n }
    for (const [unit, factor] of Object.entries(units)) {
      const { data } = encode(`Probe.f ["3 ${unit}"]`, withFunctions('f(uint256 x)'))
      assert.equal(quantity(BigInt(`0x${hex(data).slice(-64)}`)), quantity(3n * factor))
    }
  })
})

const word = (value: bigint): Uint8Array => fixed(BigInt.asUintN(256, value), 32)

describe('a call', () => {
  const contracts = withFunctions(
    'set(bytes32 key, uint256 value)',
    'pay(address to)',
    'pay(address to, uint256 amount) payable',
    'say(string text)',
    'many(uint8[][][] numbers)',
    'flag(bool on, int8 change, bytes3 tag)',
  )

  it('is shown with names in place of addresses and words', () => {
    const lines = [
      'Probe.set ["block.gasLimit", 40000000]',
      'Probe.set ["0x00000000000000000000000000000000000000000000000000000000000000ff", "9007199254740992"]',
      'Probe.pay(address) ["ChainParams"]',
      'Probe.pay(address,uint256) ["0x52908400098527886E0F7030069857D2E4169EE7", 1] with 3 ether',
      'Probe.say ["two\\nlines \\u202e e\\u0301"]',
      'Probe.flag [true, -128, "0x616263"]',
      'ChainParams with 5 gwei',
      '0x52908400098527886E0F7030069857D2E4169EE7 with 0 wei',
    ]
    for (const line of lines) assert.equal(shown(encode(line, contracts), contracts), line)
  })

  it('of a contract or a function that nobody described is not shown as an action', () => {
    const value = 0n
    const data = unhex('0x01020304')
    assert.equal(shown({ target: stranger, value, data }, contracts), undefined)
    assert.equal(shown({ target: probe, value, data }, contracts), undefined)
    assert.equal(shown({ target: probe, value, data: data.subarray(1) }, contracts), undefined)
  })

  it('is shown only if its data are the one encoding of what is shown', () => {
    const { data } = encode('Probe.say ["abc"]', contracts)
    const say = data.subarray(0, 4)
    const flag = encode('Probe.flag [true, 1, "0x616263"]', contracts).data.subarray(0, 4)
    const many = encode('Probe.many [[[[1]]]]', contracts).data.subarray(0, 4)
    const text = concat(unhex('0x616263'), new Uint8Array(29))
    const wrong = [
      data.subarray(0, -1),
      concat(data, word(0n)),
      concat(say, word(64n), word(0n), word(3n), text),
      concat(say, word(32n), word(3n), concat(text.subarray(0, 31), Uint8Array.of(1))),
      concat(say, word(32n), word(33n), text),
      concat(say, word(32n), word(2n ** 255n), text),
      concat(say, word(32n), word(1n), concat(Uint8Array.of(0xff), new Uint8Array(31))),
      concat(say, word(32n)),
      concat(flag, word(2n), word(1n), word(0n)),
      concat(flag, word(1n), word(128n), word(0n)),
      concat(flag, word(1n), word(-129n), word(0n)),
      concat(flag, word(1n), word(1n), word(1n)),
      concat(many, word(32n), word(2n), word(64n), word(64n), word(0n)),
      concat(many, word(32n), word(2n ** 64n)),
      concat(many, word(32n), word(1n), word(32n), word(1n), word(32n), word(1n), word(256n)),
    ]
    for (const bytes of wrong) {
      assert.equal(
        shown({ target: probe, value: 0n, data: bytes }, contracts),
        undefined,
        hex(bytes),
      )
    }
    assert.equal(shown({ target: probe, value: 0n, data }, contracts), 'Probe.say ["abc"]')
  })

  it('is shown, or not, whatever its data are', () => {
    const selectors = [
      'Probe.say ["a"]',
      'Probe.many [[[[1]]]]',
      'Probe.pay(address) ["Probe"]',
    ].map((line) => encode(line, contracts).data.subarray(0, 4))
    const words = fc.oneof(
      fc.integer({ min: 0, max: 256 }).map((value) => fixed(value, 32)),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...selectors),
        fc.array(words, { maxLength: 12 }),
        fc.uint8Array({ maxLength: 3 }),
        (selector, body, rest) => {
          const call = { target: probe, value: 0n, data: concat(selector, ...body, rest) }
          const line = shown(call, contracts)
          if (line !== undefined) assert.deepEqual(encode(line, contracts), call)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
