/** Models from training to dispute on a development chain, with parties that vanish and come back. */
import assert from 'node:assert/strict'

import { type Abi, decodeFunctionResult, encodeFunctionData } from 'viem'

import { hex, type Hex } from '#base'
import { quantizeInput, readMetadata } from '#quantizer'

import { exitCodes } from '../../node/exit-codes.ts'
import { openModel } from '../../node/models/built.ts'
import { claimOf } from '../../node/models/claims.ts'
import { RpcClient } from '../../node/rpc-client.ts'
import { Graph } from '../inference/commitment-programs.ts'
import { compile } from '../precompiles/compile.ts'
import { digits } from '../quantizer/training/digits.ts'
import { trainMultilayer } from '../quantizer/training/multilayer.ts'
import { answerOf, ModelBench, perceptron } from './models.ts'
import { assertRefused, Bench } from './node.ts'

const bond = 10n ** 17n

/** 256 KiB of weights, so that it goes up in chunks. */
function wide(): Uint8Array {
  const graph = new Graph(13)
  const input = graph.input('uint8', 1, 512)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 512, 512)])
  graph.output(sums, 'int32', 1, 512)
  return graph.model()
}

describe('a model on a development chain', function () {
  this.timeout(180_000)

  const bench = new Bench()
  let models: ModelBench
  let rpc: RpcClient
  before(async () => {
    const node = await bench.node('dev', '--data', bench.path('chain'))
    models = await ModelBench.open(bench, node)
    rpc = new RpcClient(node.url)
  })
  after(() => bench[Symbol.asyncDispose]())

  const folder = (): string => bench.path('models', 'perceptron')
  const challenge = (id: Hex, ...rest: readonly string[]) =>
    models.start('challenge', id, '--model', folder(), ...rest)
  const status = async (id: Hex): Promise<string> => (await claimOf(rpc, id)).status

  it('is trained, quantised and registered, and answers a contract as it does here', async () => {
    const float = models.file('digits.onnx', trainMultilayer())
    const calibration = digits(100, 5).map(({ values }) => Array.from(values))
    const samples = new TextEncoder().encode(JSON.stringify(calibration))
    const heldOut = Buffer.concat(
      digits(200, 99).map(({ values }) => new Uint8Array(Float32Array.from(values).buffer)),
    )
    const data = ['--calibration', models.file('samples.json', samples)]
    const test = ['--test', models.file('held-out.f32', heldOut)]
    const labels = ['--labels', 'zero,one,two,three,four,five,six,seven,eight,nine']
    const quantized = bench.path('quantized.onnx')
    const made = await models.json(
      'quantize',
      float,
      ...data,
      ...test,
      ...labels,
      '--out',
      quantized,
    )
    const { agreement } = made['test'] as { readonly agreement: number }
    assert.ok(agreement >= 0.98, String(agreement))

    const { id } = await models.json('register', quantized, ...models.from(0))
    const built = await openModel(quantized)
    const [sample] = digits(1, 7)
    const real = models.file(
      'digit.json',
      new TextEncoder().encode(JSON.stringify([...sample!.values])),
    )
    const run = ['run', quantized, '--real', '--input', real, '--id', id, ...models.at]
    const found = await models.json(...run, '--engine', 'onnxruntime')
    assert.deepEqual([found['chain'], found['onnxruntime']], ['the same', 'the same'])
    assert.match(String(found['label']), /^(?:zero|one|two|three|four|five|six|seven|eight|nine)$/)

    const { ModelReader } = compile('test/contracts/ModelReader.sol')
    const hash = await models.node.ask<Hex>('eth_sendTransaction', {
      from: models.accounts[0],
      data: ModelReader!.bytecode,
    })
    const { contractAddress } = await models.node.receipt<{ contractAddress: Hex }>(hash)
    const input = quantizeInput(sample!.values, readMetadata(built.program.metadata).input)
    const abi = ModelReader!.abi as Abi
    const args = [id, hex(input)]
    const asked = encodeFunctionData({ abi, functionName: 'read', args })
    const call = { to: contractAddress, data: asked }
    const answer = await models.node.ask<Hex>('eth_call', call, 'latest')
    const output = decodeFunctionResult({ abi, functionName: 'read', data: answer })
    assert.equal(output, answerOf(built, input))
    assert.equal(output, found['output'])
  })

  it('goes up further where an upload was killed', async () => {
    const file = models.file('wide.onnx', wide())
    const line = ['register', file, ...models.from(1)]
    const first = models.start(...line)
    await first.printed(/chunk 2 of 9/)
    await first.kill('SIGKILL')
    const second = await models.run(...line)
    assert.equal(second.code, 0, second.stderr)
    assert.doesNotMatch(second.stderr, /registering|chunk 1 of/)
    assert.match(second.stderr, /chunk 9 of 9\nfinalizing/)
  })

  describe('of which answers are claimed', () => {
    const input = Uint8Array.from({ length: 64 }, (_, index) => (index * 37) % 251)
    let model: Hex
    before(async () => {
      models.folder('models')
      const file = models.file('perceptron.onnx', perceptron())
      await models.json('build', file, '--committed', '--out', folder())
      const terms = ['--bond', `${bond}wei`, '--window', '30,2', '--turn', '3,1']
      model = (await models.json('register', folder(), ...terms, ...models.from(0))).id
    })

    it('loses a wrong claim to a watcher, though that is killed in the middle', async () => {
      const line = ['watch', '--models', bench.path('models'), ...models.from(2)]
      const first = models.start(...line)
      await first.printed(/watching/)
      const liar = models.liar(3)
      const { id, witness } = await liar.claim(model, folder(), input, 2)
      await first.printed(/challenging/)
      const insisting = liar.insist(id, witness)
      await first.printed(/choose: /)
      await first.kill('SIGKILL')
      const second = models.start(...line)
      // Where the first one had named the leaf, the liar's own proof ends it, maybe before this one looks.
      await second.printed(/watching/)
      await insisting
      assert.equal(await status(id), 'refuted')
      assert.equal((await claimOf(rpc, id)).challenges, 1)
      assert.equal(await models.held(), bond / 2n)
      const { code } = await second.kill('SIGTERM')
      assert.equal(code, 0)
    })

    it('loses the claim of who does not answer', async () => {
      const { id } = await models.liar(3).claim(model, folder(), input, 0)
      const ended = await challenge(id, ...models.from(2)).ended
      assert.equal(ended.code, 0, ended.stderr)
      assert.match(ended.stdout, /status +won/)
      assert.equal(await status(id), 'refuted')
    })

    it('keeps a right claim, defended by its watcher, and the bond of who challenged it', async () => {
      const values = ['--input', hex(input), '--model', folder()]
      const { claim } = await models.json('claim', model, ...values, ...models.from(1))
      assertRefused(
        await challenge(claim, ...models.from(2)).ended,
        exitCodes.failure,
        /MODEL_AGREES.*loses the bond/,
      )
      const watching = ['watch', '--models', bench.path('models'), '--defend', ...models.from(1)]
      const watcher = models.start(...watching)
      await watcher.printed(/watching/)
      const held = await models.held()
      const lost = await challenge(claim, '--force', ...models.from(2)).ended
      assertRefused(lost, exitCodes.failure, /MODEL_CHALLENGE_LOST/)
      assert.match(lost.stderr, /^computing\nthe claim is right: this challenge loses its bond\n/)
      assert.equal(await status(claim), 'open')
      assert.equal(await models.held(), held)
      assertRefused(
        await models.run('settle', claim, ...models.from(0)),
        exitCodes.transaction,
        /the window is open/,
      )
      await models.node.ask('evm_increaseTime', 40)
      await models.node.ask('evm_mine')
      await watcher.printed(/settle: /)
      assert.equal(await status(claim), 'settled')
      assert.equal(await models.held(), held - bond)
      await watcher.kill('SIGTERM')
      const shown = await models.run('claims', claim, ...models.at)
      assert.match(shown.stdout, /settled.*\n.*\n {2}challenge 1 by 0x[0-9a-f]{40}: lost\n$/)
    })

    it('refuses what would cost a bond for nothing', async () => {
      const values = ['--input', hex(input), '--model', bench.path('perceptron.onnx')]
      const whole = ['claim', model, ...values, ...models.from(1)]
      const narrow = ['claim', model, ...values.with(1, '0x00'), ...models.from(1)]
      const other = models.file('other.onnx', wide())
      const refusals = [
        [narrow, exitCodes.failure, /MODEL_INPUT.*1 bytes, not 64/],
        [[...whole, '--model', other], exitCodes.failure, /MODEL_MISMATCH/],
        [[...whole, '--bond', '1wei'], exitCodes.transaction, /the bond is too small/],
        [
          ['settle', `0x${'9'.repeat(64)}`, ...models.from(0)],
          exitCodes.transaction,
          /unknown claim/,
        ],
        [
          ['watch', '--models', bench.path('keys'), ...models.from(0)],
          exitCodes.failure,
          /MODEL_NONE/,
        ],
      ] as const
      for (const [line, code, pattern] of refusals) {
        assertRefused(await models.run(...line), code, pattern)
      }
    })
  })
})
