import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { methods } from '../../rpc/methods/index.ts'
import { quickOf, unsure } from '../../rpc/schema/quick.ts'

const digits = (least: number, most: number) =>
  fc
    .string({
      unit: fc.constantFrom(...'0123456789abcdefABCDEF'.split('')),
      minLength: least,
      maxLength: most,
    })
    .map((text) => `0x${text}`)

const tags = fc.constantFrom(
  'latest',
  'earliest',
  'safe',
  'finalized',
  'pending',
  'Latest',
  '',
  '0x',
)
const text = fc.oneof(digits(40, 40), digits(64, 64), digits(0, 3), digits(63, 66), tags)
const names = fc.constantFrom(
  'from',
  'to',
  'gas',
  'gasPrice',
  'value',
  'data',
  'input',
  'nonce',
  'chainId',
  'nonceKey',
  'accessList',
  'blobVersionedHashes',
  'blockHash',
  'blockNumber',
  'stranger',
  '__proto__',
)
const scalar = fc.oneof({ weight: 8, arbitrary: text }, fc.constantFrom(null, true, 0, -1, 1.5, []))
const object = fc
  .array(fc.tuple(names, scalar), { maxLength: 5 })
  .map((entries) =>
    JSON.parse(`{${entries.map(([name, value]) => member(name, value)).join(',')}}`),
  )
const item = fc.oneof(text, object, scalar)

/** As text: `__proto__` is a field like any other only where JSON is parsed. */
function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value)}`
}

describe('the short way for parameters', () => {
  it('answers nothing but what zod answers, whatever it is given', () => {
    const all = methods.map((method) => ({ ...method, quick: quickOf(method.params) }))
    const method = fc.constantFrom(...all)
    fc.assert(
      fc.property(method, fc.array(item, { maxLength: 4 }), ({ quick, params }, given) => {
        const found = quick(given)
        if (found === unsure) return
        const parsed = params.safeParse(given)
        assert.ok(parsed.success)
        assert.deepEqual(found, parsed.data)
      }),
      { numRuns: 20_000 },
    )
  })

  it('is sure of what nearly every call brings', () => {
    const account = '0x046C1078a58efd1a78d9f6ea29f181518a7220df'
    const usual: Readonly<Record<string, readonly unknown[]>> = {
      eth_getBalance: [account, 'latest'],
      eth_getTransactionCount: [account, 'pending'],
      eth_getStorageAt: [account, '0x0', '0x10'],
      eth_call: [{ from: account, to: account, data: '0x70a08231', value: '0x0' }, 'latest'],
      eth_estimateGas: [{ to: account, input: '0x', gas: '0x5208' }, 'latest'],
    }
    for (const [name, given] of Object.entries(usual)) {
      const params = methods.find((method) => method.name === name)?.params
      assert.ok(params)
      const found = quickOf(params)(given)
      assert.notEqual(found, unsure, name)
      assert.deepEqual(found, params.parse(given))
    }
  })
})
