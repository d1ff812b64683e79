import assert from 'node:assert/strict'

import { Common, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, MCLBLS } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import * as fc from 'fast-check'

import { concat, fixed, hex, padLeft, unhex } from '#base'
import { loadBls12381, loadKzg, loadPointVerifier, sha256 } from '#crypto'

import { HostFault } from '../../../chain/evm/index.ts'
import { worldOf } from './world.ts'

const at = (low: number): Address => new Address(padLeft(fixed(low, 2), 20))
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Osaka })

interface Outcome {
  readonly failed: boolean
  readonly gas: bigint
  readonly output: string
}

const gasLimit = 5_000_000n
const price = (input: Uint8Array): bigint => 77n + BigInt(input.length)
type Call = (to: Address, data: Uint8Array) => Promise<Outcome>

async function stock(): Promise<Call> {
  const evm = await createEVM({ common })
  return async (to, data) => {
    const { execResult } = await evm.runCall({ to, data, gasLimit })
    const { exceptionError, executionGasUsed, returnValue } = execResult
    return {
      failed: exceptionError !== undefined,
      gas: executionGasUsed,
      output: returnValue.toHex(),
    }
  }
}

async function ours(): Promise<Call> {
  const world = await worldOf({
    bls: new MCLBLS(await loadBls12381()),
    verifyPoint: await loadPointVerifier(),
  })
  return async (to, data) => {
    const { execResult } = await world.call(to, data, { gasLimit })
    const { exceptionError, executionGasUsed, returnValue } = execResult
    assert.deepEqual(world.defects, [])
    return {
      failed: exceptionError !== undefined,
      gas: executionGasUsed,
      output: returnValue.toHex(),
    }
  }
}

/** Words that curves and fields care about, with noise between them. */
const word = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 27n, 28n, (1n << 256n) - 1n),
  fc.constantFrom(
    21888242871839275222246405745257275088696311157297823662689037894645226208583n,
    21888242871839275222246405745257275088548364400416034343698204186575808495617n,
    0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  ),
  fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
)
const words = (most: number): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.array(word, { maxLength: most }), fc.nat(40), fc.boolean())
    .map(([all, cut, whole]) => {
      const bytes = concat(...all.map((value) => fixed(value, 32)))
      return whole ? bytes : bytes.subarray(0, Math.max(0, bytes.length - cut))
    })

const g1 = fc.constantFrom(
  new Uint8Array(64),
  concat(fixed(1, 32), fixed(2, 32)),
  concat(
    fixed(1, 32),
    fixed(21888242871839275222246405745257275088696311157297823662689037894645226208581n, 32),
  ),
)
const bn254Input = fc.tuple(g1, g1, fc.bigInt({ min: 0n, max: 1n << 200n })).map((parts) => {
  const [a, b, scalar] = parts
  return [concat(a, b), concat(a, fixed(scalar, 32))] as const
})

const blakeInput = fc
  .tuple(fc.nat(400), fc.uint8Array({ minLength: 208, maxLength: 208 }), fc.constantFrom(0, 1, 2))
  .map(([rounds, body, final]) => concat(fixed(rounds, 4), body, Uint8Array.of(final)))

const modexpInput = fc
  .tuple(fc.nat(70), fc.nat(40), fc.nat(70), fc.uint8Array({ maxLength: 180 }))
  .map(([base, exponent, modulus, rest]) =>
    concat(fixed(base, 32), fixed(exponent, 32), fixed(modulus, 32), rest),
  )

describe('a built-in precompile', function () {
  this.timeout(60_000)

  const inputs: readonly (readonly [number, fc.Arbitrary<Uint8Array>, number])[] = [
    [0x01, words(5), 60],
    [0x02, fc.uint8Array({ maxLength: 300 }), 50],
    [0x03, fc.uint8Array({ maxLength: 300 }), 50],
    [0x04, fc.uint8Array({ maxLength: 300 }), 50],
    [0x05, modexpInput, 100],
    [
      0x06,
      fc.oneof(
        words(5),
        bn254Input.map(([sum]) => sum),
      ),
      60,
    ],
    [
      0x07,
      fc.oneof(
        words(4),
        bn254Input.map(([, product]) => product),
      ),
      60,
    ],
    [0x08, words(6), 40],
    [0x09, fc.oneof(blakeInput, fc.uint8Array({ maxLength: 215 })), 80],
    [0x100, words(6), 40],
  ]
  for (const [low, arbitrary, runs] of inputs) {
    it(`at 0x${low.toString(16)} agrees with the stock one`, async () => {
      const [a, b] = [await ours(), await stock()]
      await fc.assert(
        fc.asyncProperty(arbitrary, async (data) => {
          assert.deepEqual(await a(at(low), data), await b(at(low), data))
        }),
        { numRuns: runs },
      )
    })
  }

  it('at 0x0a agrees with a complete KZG engine on true and false claims', async () => {
    const kzg = await loadKzg()
    const call = await ours()
    const infinity = unhex(`0xc0${'00'.repeat(47)}`)
    const seven = unhex(
      '0xb928f3beb93519eecf0145da903b40a4c97dca00b21f12ac0df3be9116ef2ef27b2ae6bcd4c5bc2d54ef5a70627efcb7',
    )
    let holds = 0
    for (const commitment of [infinity, seven]) {
      for (const proof of [infinity, seven]) {
        for (const y of [0n, 7n, 8n]) {
          const [z, value] = [fixed(5, 32), fixed(y, 32)]
          const hash = sha256(commitment)
          hash[0] = 1
          const outcome = await call(at(0x0a), concat(hash, z, value, commitment, proof))
          let expected = false
          try {
            expected = kzg.verifyProof(hex(commitment), hex(z), hex(value), hex(proof))
          } catch {
            expected = false
          }
          assert.equal(!outcome.failed, expected)
          if (expected) holds++
        }
      }
    }
    assert.ok(holds >= 2)
  })

  it('at 0x0a fails without an engine, and never throws', async () => {
    const { call, defects } = await worldOf()
    for (const size of [0, 191, 192, 193]) {
      const { execResult } = await call(at(0x0a), new Uint8Array(size), { gasLimit: 100_000n })
      assert.ok(execResult.exceptionError !== undefined)
      assert.equal(execResult.executionGasUsed, 100_000n)
    }
    assert.deepEqual(defects, [])
  })

  it('that throws fails with its gas and is reported, and a host fault stops the block', async () => {
    const input = concat(sha256(new Uint8Array(48)), new Uint8Array(160))
    input[0] = 1
    const deep = (): boolean => deep() && deep()
    const stack = await worldOf({ verifyPoint: deep })
    await assert.rejects(
      stack.call(at(0x0a), input),
      (error) => error instanceof HostFault && error.facts.what === 'stack',
    )
    const broken = await worldOf({
      builtinGas: new Map([
        [
          at(4).bytes.toHex(),
          () => {
            throw new TypeError('broken')
          },
        ],
      ]),
    })
    const { execResult } = await broken.call(at(4), new Uint8Array(4), { gasLimit: 5000n })
    assert.equal(execResult.executionGasUsed, 5000n)
    assert.ok(execResult.exceptionError !== undefined)
    assert.equal(broken.defects.length, 1)
  })

  it('takes the price that its profile gives it, its own or a stock one', async () => {
    for (const low of [0x02, 0x04]) {
      const { call } = await worldOf({ builtinGas: new Map([[at(low).bytes.toHex(), price]]) })
      const enough = await call(at(low), new Uint8Array(3), { gasLimit: 80n })
      assert.equal(enough.execResult.exceptionError, undefined)
      assert.equal(enough.execResult.executionGasUsed, 80n)
      const less = await call(at(low), new Uint8Array(3), { gasLimit: 79n })
      assert.equal(less.execResult.exceptionError?.error, 'out of gas')
    }
  })
})
