import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { concat, unhex } from '#base'
import { callInMemory, discover, type Precompile } from '#precompiles'
import { algorithms, isAlgorithm } from '#protocol'

import { vectorsFolder } from '../../scripts/vectors.ts'

interface Group {
  readonly publicKey: string
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly ctx?: string
    readonly sig: string
    readonly result: 'valid' | 'invalid'
  }[]
}

const plugins = await discover()

function answer(name: string, input: Uint8Array): boolean {
  const plugin = plugins.find((candidate) => candidate.name === name) as Precompile
  const outcome = callInMemory(plugin, input)
  assert.equal(outcome.status, 'returned')
  return outcome.output[31] === 1
}

describe("Wycheproof's ML-DSA verification, through the precompiles", () => {
  for (const mode of [0x44, 0x65, 0x87]) {
    const name = mode.toString(16)
    it(`ML-DSA-${name}: every vector whose lengths the layouts can hold`, function () {
      const file = path.join(vectorsFolder, 'wycheproof', `mldsa_${name}_verify_test.json`)
      if (!existsSync(file)) {
        this.test!.title += ` (no ${file})`
        this.skip()
      }
      assert.ok(isAlgorithm(mode))
      const { publicKeyBytes, signatureBytes } = algorithms[mode]
      const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as { testGroups: Group[] }
      const counts = { played: 0, unfit: 0 }
      for (const { publicKey, tests } of testGroups) {
        for (const { tcId, msg, ctx = '', sig, result } of tests) {
          const [key, signature, message, context] = [publicKey, sig, msg, ctx].map((text) =>
            unhex(`0x${text}`),
          ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
          const fits =
            key.length === publicKeyBytes &&
            signature.length === signatureBytes &&
            context.length < 256
          if (!fits) {
            counts.unfit++
            continue
          }
          counts.played++
          const head = Uint8Array.of(mode, context.length)
          const valid = result === 'valid'
          const input = concat(head, context, key, signature, message)
          assert.equal(answer('mldsa-verify', input), valid, `${tcId}`)
          const contextFree = concat(key, signature, message)
          const expected = valid && context.length === 0
          assert.equal(answer(`mldsa-${name}`, contextFree), expected, `${tcId}`)
        }
      }
      assert.ok(counts.played > 100, JSON.stringify(counts))
      assert.ok(counts.unfit < counts.played / 2, JSON.stringify(counts))
    })
  }
})
