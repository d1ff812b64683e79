import assert from 'node:assert/strict'

import { type Abi, encodeFunctionData, parseAbi, toHex } from 'viem'

import { hex, isFault } from '#base'
import {
  type Call,
  callsChunk,
  encodeActions,
  lintPip,
  limits,
  type NamedContracts,
  parsePip,
} from '#governance'
import { systemAddresses } from '#protocol'

import { sampleBytes } from './sample.ts'

const other = '0x52908400098527886E0F7030069857D2E4169EE7'
const abi = parseAbi([
  'function set(bytes32 key, uint256 value)',
  'function get(bytes32 key) view returns (uint256 value)',
  'function pay(address to) payable',
  'function pay(address to, uint256 amount)',
  'struct Part { address to; uint64[2] times; string[] notes }',
  'function plan((address to, uint64[2] times, string[] notes)[] parts, bool now, bytes data, int16 change)',
  'event Planned(uint256 id)',
])
/** Without the types of its functions. */
const anyAbi: Abi = abi
const contracts: NamedContracts = {
  ChainParams: { address: systemAddresses.chainParams, abi },
}

/** A PIP with these actions; its first action stands on this line. */
function pip(...lines: readonly string[]): Uint8Array {
  return sampleBytes({}, ['```actions', ...lines, '```'])
}

function call(line: string): Call {
  const [first] = encodeActions(parsePip(pip(line)).actions, contracts)
  assert.ok(first !== undefined)
  return first
}

function viemData(functionName: string, args: readonly unknown[]): string {
  return encodeFunctionData({ abi: anyAbi, functionName, args })
}

const asBytes32 = (text: string): string => toHex(text, { size: 32 })

function isRefused(...lines: readonly string[]): void {
  const found = lintPip(pip(...lines), { contracts }).filter(({ rule }) => rule === 'actions')
  assert.notEqual(found.length, 0, lines.join())
}

describe('an action', () => {
  it('calls a function of a system contract by its name', () => {
    const { target, value, data } = call('ChainParams.set ["block.gasLimit", 40000000]')
    assert.deepEqual(target, systemAddresses.chainParams)
    assert.equal(value, 0n)
    assert.equal(hex(data), viemData('set', [asBytes32('block.gasLimit'), 40_000_000n]))
  })

  it('calls a contract at an address by the signature of its function', () => {
    const { target, value, data } = call(`${other}.set(bytes32,uint256) ["a", 1] with 3 gwei`)
    assert.equal(hex(target), other.toLowerCase())
    assert.equal(value, 3_000_000_000n)
    assert.equal(hex(data), viemData('set', [asBytes32('a'), 1n]))
  })

  it('sends a value alone', () => {
    const { value, data } = call(`${other} with 2 ether`)
    assert.equal(value, 2n * 10n ** 18n)
    assert.equal(data.length, 0)
  })

  it('says which function it means where a contract has several of a name', () => {
    isRefused(`ChainParams.pay ["${other}"]`)
    const { data } = call(`ChainParams.pay(address) ["${other}"] with 1 wei`)
    assert.equal(hex(data), viemData('pay', [other]))
  })

  it('may name a system contract where an address is expected', () => {
    const { data } = call('ChainParams.pay(address,uint256) ["ChainParams", "2 weeks"]')
    const args = [hex(systemAddresses.chainParams), 1_209_600n]
    assert.equal(hex(data), viemData('pay', args))
  })

  it('takes arrays for lists and structs', () => {
    const line = `ChainParams.plan [[["${other}", [1, "2"], ["a", "é\\""]]], true, "0x00ff", -7]`
    const part = { to: other, times: [1n, 2n], notes: ['a', 'é"'] }
    assert.equal(hex(call(line).data), viemData('plan', [[part], true, '0x00ff', -7]))
  })

  it('names no two functions: what is not canonical has another selector', () => {
    isRefused('ChainParams.set(bytes32,uint) ["a", 1]')
    isRefused(`${other}.set(bytes32,uint) ["a", 1]`)
  })

  const wrong: readonly (readonly [name: string, ...lines: readonly string[]])[] = [
    ['a target that is no address', '0x52.f() []'],
    ['an address with a wrong checksum', `0x52908400098527886e0F7030069857D2E4169EE7 with 1 wei`],
    ['an unknown contract', 'Nothing.set ["a", 1]'],
    ['the name of something every object has', 'Object.constructor []'],
    ['an unknown function', 'ChainParams.unset ["a", 1]'],
    ['a function at an address without its signature', `${other}.set ["a", 1]`],
    ['a signature of unknown types', `${other}.f(uint7) [1]`],
    ['a signature of unbalanced parentheses', `${other}.f((bool) [[true]]`],
    ['a function that changes nothing', 'ChainParams.get ["a"]'],
    ['a value for what takes none', 'ChainParams.set ["a", 1] with 1 wei'],
    ['neither function nor value', other],
    ['no arguments', 'ChainParams.set'],
    ['too few arguments', 'ChainParams.set ["a"]'],
    ['too many arguments', 'ChainParams.set ["a", 1, 2]'],
    ['a comment', 'ChainParams.set ["a", 1] # to see'],
    ['a space before it', ' ChainParams.set ["a", 1]'],
    ['a negative value', `${other} with -1 ether`],
    ['a value of more than 256 bits', `${other} with ${2n ** 256n}`],
    ['a value in an unknown unit', `${other} with 1 pars`],
    ['a value that is not whole', `${other} with 1.5 ether`],
    ['a number that is not whole', 'ChainParams.set ["a", 1.5]'],
    ['a number that is rounded', 'ChainParams.set ["a", 0.99999999999999999999]'],
    ['a number with an exponent', 'ChainParams.set ["a", 1e3]'],
    ['a number that a double cannot hold', 'ChainParams.set ["a", 9007199254740993]'],
    ['a number below the least', 'ChainParams.set ["a", -1]'],
    ['a number above the most', `ChainParams.set ["a", "${2n ** 256n}"]`],
    ['an object', 'ChainParams.set [{"a": 1}, 1]'],
    ['null', 'ChainParams.set ["a", null]'],
    ['an array that is not closed', 'ChainParams.set ["a", [1]'],
    ['a text for a boolean', 'ChainParams.plan [[], "true", "0x", 0]'],
    ['a boolean for a number', 'ChainParams.set ["a", true]'],
    ['a number for bytes', 'ChainParams.plan [[], true, 0, 0]'],
    ['half a byte', 'ChainParams.plan [[], true, "0x0", 0]'],
    ['too small a number of 16 bits', 'ChainParams.plan [[], true, "0x", -32769]'],
    ['too large a number of 16 bits', 'ChainParams.plan [[], true, "0x", 32768]'],
    ['a list of the wrong length', `ChainParams.plan [[["${other}", [1], []]], true, "0x", 0]`],
    ['a number for a struct', 'ChainParams.plan [[7], true, "0x", 0]'],
    ['a number for a list', 'ChainParams.plan [7, true, "0x", 0]'],
    ['a number for a text', `ChainParams.plan [[["${other}", [1, 2], [3]]], true, "0x", 0]`],
    ['a name that does not fit', `ChainParams.set ["${'a'.repeat(33)}", 1]`],
    ['a name that is not ASCII', 'ChainParams.set ["é", 1]'],
    ['bytes that do not fill their type', 'ChainParams.set ["0x00", 1]'],
    ['no name at all', 'ChainParams.set ["", 1]'],
    ['arrays without end', `ChainParams.set ${'['.repeat(70_000)}${']'.repeat(70_000)}`],
    ['a signature without end', `${other}.f(${'('.repeat(30_000)}${')'.repeat(30_000)}) []`],
    ['a type without end', `${other}.f(bool${'[]'.repeat(30_000)}) [[]]`],
  ]
  for (const [name, ...lines] of wrong) {
    it(`with ${name} is refused`, () => isRefused(...lines))
  }

  it('is told from other text by its place: a fault of the block names its line', () => {
    const lines = [`${other} with 1 wei`, '', 'ChainParams.set ["a", "x"]']
    const [found, second] = lintPip(pip(...lines), { contracts })
    assert.deepEqual([found?.line, found?.rule, second], [26, 'actions', undefined])
    assert.match(found?.message ?? '', /argument 2 of set\(bytes32,uint256\)/)
    assert.throws(
      () => encodeActions(parsePip(pip(...lines)).actions, contracts),
      (error) => isFault(error, 'GOVERNANCE_ACTION_INVALID') && error.message.includes('line=26'),
    )
  })
})

const transfer = `${other} with 1 wei`
const many = (count: number): readonly string[] => Array.from({ length: count }, () => transfer)

/** Rule and line of each finding in a text with these lines. */
const block = (...lines: readonly string[]): readonly string[] =>
  lintPip(sampleBytes({}, lines), { contracts }).map(({ line, rule }) => `${line} ${rule}`)

describe('the block of actions', () => {
  it('is one', () => {
    const one = ['```actions', transfer, '```']
    assert.deepEqual(block(...one), [])
    assert.deepEqual(block(...one, '', ...one), ['27 actions'])
  })

  it('is named exactly, so that none is overlooked', () => {
    assert.deepEqual(block('```Actions', transfer, '```'), ['23 actions'])
    assert.deepEqual(block('```actions json', transfer, '```'), ['23 actions'])
    assert.deepEqual(block('```reactions', transfer, '```'), [])
  })

  it('holds at least one action and at most what runs in one transaction', () => {
    const most = limits.actions.value
    assert.deepEqual(block('```actions', ...many(most), '```'), [])
    assert.deepEqual(block('```actions', ...many(most + 1), '```'), [`${24 + most} actions`])
    assert.deepEqual(block('```actions', '', '```'), ['23 actions'])
  })

  it('encodes to what the registry can hold', () => {
    const line = `${other}.put(bytes) ["0x${'ab'.repeat(12_000)}"]`
    const { actions } = parsePip(pip(line, line))
    assert.equal(encodeActions(actions.slice(1), contracts).length, 1)
    assert.throws(
      () => encodeActions(actions, contracts),
      (error) => isFault(error, 'GOVERNANCE_ACTIONS_TOO_LARGE'),
    )
    assert.deepEqual(block('```actions', line, '```'), [])
    assert.deepEqual(block('```actions', line, line, '```'), ['24 actions'])
  })

  it('is kept as abi.encode of targets, values and calldata', () => {
    const calls = ['ChainParams.set ["a", 1]', `${other} with 5 wei`].map(call)
    const store = parseAbi(['function f(address[] a, uint256[] b, bytes[] c)'])
    const expected = encodeFunctionData({
      abi: store,
      args: [
        calls.map(({ target }) => hex(target)),
        calls.map(({ value }) => value),
        calls.map(({ data }) => hex(data)),
      ],
    })
    assert.equal(`0x${expected.slice(10)}`, hex(callsChunk(calls)))
  })
})
