import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import path from 'node:path'

import { createEVM, type EVM } from '@ethereumjs/evm'
import { Address, hexToBytes } from '@ethereumjs/util'
import { bytesToHex, decodeFunctionResult, encodeFunctionData, type Hex, parseAbi } from 'viem'

import { mlDsa } from '#crypto'
import { discover, type Precompile } from '#precompiles'

import { compile, type Compiled } from './compile.ts'

const root = path.join(import.meta.dirname, '../..')
const plugins = await discover()

function strip({ name, type, indexed }: Record<string, unknown>): object {
  return indexed === undefined ? { name, type } : { name, type, indexed }
}

/** solc's ABI without what only Solidity's compiler knows. */
function plain(abi: readonly object[]): unknown[] {
  return abi
    .map((entry) =>
      Object.fromEntries(
        Object.entries(entry).map(([field, value]) => [
          field,
          Array.isArray(value) ? value.map(strip) : (value as unknown),
        ]),
      ),
    )
    .toSorted((a, b) => (JSON.stringify(a['name']) < JSON.stringify(b['name']) ? -1 : 1))
}

describe("a plugin's Solidity interface", function () {
  this.timeout(30_000)

  for (const plugin of plugins) {
    it(`of ${plugin.name} compiles without a warning and says what the plugin's ABI says`, () => {
      const files = globSync(`precompiles/${plugin.name}/I*.sol`, { cwd: root })
      assert.equal(files.length, 1)
      const contracts = Object.values(compile(files[0]!))
      assert.equal(contracts.length, 1)
      const { abi } = contracts[0]!
      assert.deepEqual(plain(abi), plain((plugin.abi ?? []) as object[]))
    })
  }
})

const abi = parseAbi([
  'function verify44(bytes,bytes,bytes) view returns (bool)',
  'function verify65(bytes,bytes,bytes) view returns (bool)',
  'function verify87(bytes,bytes,bytes) view returns (bool)',
  'function verify(uint8,bytes,bytes,bytes,bytes) view returns (bool)',
])

function asCustomPrecompile(plugin: Precompile): {
  address: Address
  function(input: { data: Uint8Array }): { executionGasUsed: bigint; returnValue: Uint8Array }
} {
  assert.ok(!plugin.stateful)
  return {
    address: new Address(hexToBytes(plugin.address)),
    function: ({ data }) => ({ executionGasUsed: plugin.gas(data), returnValue: plugin.run(data) }),
  }
}

type Call = (data: Hex) => Promise<{ readonly failed: boolean; readonly output: Hex }>

async function deploy({ bytecode }: Compiled, active: readonly Precompile[]): Promise<Call> {
  const evm: EVM = await createEVM({ customPrecompiles: active.map(asCustomPrecompile) })
  const gasLimit = 16_000_000n
  const { createdAddress } = await evm.runCall({ data: hexToBytes(bytecode), gasLimit })
  assert.ok(createdAddress)
  return async (data) => {
    const { execResult } = await evm.runCall({
      to: createdAddress,
      data: hexToBytes(data),
      gasLimit,
    })
    return {
      failed: execResult.exceptionError !== undefined,
      output: bytesToHex(execResult.returnValue),
    }
  }
}

describe('the Solidity libraries around raw precompiles', function () {
  this.timeout(30_000)

  const caller = compile('test/contracts/MlDsaCaller.sol')['MlDsaCaller']!
  const pure = plugins.filter(({ stateful }) => !stateful)
  const message = Uint8Array.of(1, 2, 3)

  const sets = [
    [0x44, 'verify44'],
    [0x65, 'verify65'],
    [0x87, 'verify87'],
  ] as const
  for (const [algorithm, name] of sets) {
    const scheme = mlDsa(algorithm)
    const signing = scheme.fromSeed(new Uint8Array(32).fill(7))
    const publicKey = bytesToHex(signing.publicKey)
    const encode = (context: Uint8Array, key: Hex, signature: Hex, text: Hex): Hex =>
      encodeFunctionData({
        abi,
        functionName: 'verify',
        args: [algorithm, bytesToHex(context), key, signature, text],
      })
    const context = new TextEncoder().encode('pars-712-v1')
    const signature = bytesToHex(signing.sign(message, 'pars-712-v1'))

    it(`verify answers for ${algorithm.toString(16)}, false also to a shifted boundary; ${name} takes no context`, async () => {
      const call = await deploy(caller, pure)
      const truth = { failed: false, output: `0x${'1'.padStart(64, '0')}` }
      const falsehood = { failed: false, output: `0x${'0'.repeat(64)}` }
      assert.deepEqual(await call(encode(context, publicKey, signature, '0x010203')), truth)
      assert.deepEqual(await call(encode(context, publicKey, signature, '0x010204')), falsehood)
      // The concatenation is the valid one; only the boundary of signature and message moved.
      const longer = `${signature}01` as Hex
      assert.deepEqual(await call(encode(context, publicKey, longer, '0x0203')), falsehood)
      const plainCall = (text: Hex): Hex =>
        encodeFunctionData({ abi, functionName: name, args: [publicKey, signature, text] })
      const result = await call(plainCall('0x010203'))
      assert.deepEqual(result, falsehood, 'another context than the empty one')
    })
  }

  it('verify44 accepts a signature under the empty context', async () => {
    const vector = plugins
      .find(({ name }) => name === 'mldsa-44')!
      .vectors.sequences[0]!.calls.find(({ output }) => output?.endsWith('1'))!
    const split = (from: number, to?: number): Hex =>
      `0x${vector.input.slice(2 + 2 * from, to === undefined ? undefined : 2 + 2 * to)}`
    const args = [split(0, 1312), split(1312, 3732), split(3732)] as const
    const call = await deploy(caller, pure)
    const { output } = await call(encodeFunctionData({ abi, functionName: 'verify44', args }))
    assert.equal(decodeFunctionResult({ abi, functionName: 'verify44', data: output }), true)
  })

  it('revert where the precompile is missing', async () => {
    const call = await deploy(caller, [])
    const key = bytesToHex(new Uint8Array(1312))
    const signature = bytesToHex(new Uint8Array(2420))
    const args = [key, signature, '0x'] as const
    const { failed } = await call(encodeFunctionData({ abi, functionName: 'verify44', args }))
    assert.equal(failed, true)
  })
})
