/** `pars model` on a development chain: what is built, registered, run, claimed and disputed. */
import assert from 'node:assert/strict'

import { hex, unhex, utf8 } from '#base'
import { compile, execute } from '#inference'

import { exitCodes } from '../../node/exit-codes.ts'
import { openModel } from '../../node/models/built.ts'
import { callOf } from '../../node/models/contracts.ts'
import { classifier, ModelBench, perceptron } from './models.ts'
import { assertRefused, Bench, failureIn } from './node.ts'

describe('pars model', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let models: ModelBench
  before(async () => {
    models = await ModelBench.open(bench, await bench.node('dev', '--data', bench.path('chain')))
  })
  after(() => bench[Symbol.asyncDispose]())

  const input = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

  it('builds, registers, lists, shows and runs a model, here and on the chain alike', async () => {
    const file = models.file('classifier.onnx', classifier())
    const built = await models.json('build', file, '--out', bench.path('classifier'))
    assert.equal(built['kind'], 'executable')
    const folder = bench.path('classifier')
    const named = ['--name', 'classifier', '--licence', 'MIT']
    const line = ['register', folder, ...named, ...models.from(0)]
    const { id } = await models.json(...line)
    const again = await models.json(...line)
    assert.deepEqual([again.id, again['registered']], [id, false])
    const otherwise = await models.run(...line, '--licence', 'ISC', '--bond', '7', '--json')
    assert.deepEqual(failureIn(otherwise).facts, { id, differing: 'bond licence' })
    const shown = await models.json('show', id, ...models.at)
    assert.deepEqual(
      [shown.status, shown['name'], shown['licence'], shown['hash']],
      ['active', 'classifier', 'MIT', built['hash']],
    )
    const list = await models.run('list', ...models.at, '--owner', models.accounts[0]!)
    assert.equal(list.stdout, `${id} active executable classifier v1\n`)
    const run = ['run', folder, '--input', '[1, 2, 3, 4, 5, 6, 7, 8]', '--id', id, ...models.at]
    const found = await models.json(...run, '--engine', 'onnxruntime')
    assert.deepEqual(
      [found['output'], found['chain'], found['onnxruntime']],
      [hex(execute(compile(classifier()), input)), 'the same', 'the same'],
    )
  })

  it('goes on with a draft, whose terms may change and whose texts may not', async () => {
    const folder = bench.path('classifier')
    const { hash, bytes } = await openModel(folder)
    const texts = [{ bytes: utf8('MIT') }, { bytes: utf8('{}') }] as const
    const values = [{ bytes: utf8('draft') }, unhex(hash), BigInt(bytes.length), 1n, 0n] as const
    const signature = 'register(string,bytes32,uint64,uint64,uint8,string,string)'
    await models.send(0, callOf('models', signature, [...values, ...texts]))
    const draft = ['register', folder, '--name', 'draft', ...models.from(0)]
    const other = await models.run(...draft, '--licence', 'ISC', '--bond', '7', '--json')
    assert.equal(failureIn(other).facts['differing'], 'licence')
    assert.equal((await models.json(...draft, '--bond', '7'))['registered'], true)
  })

  it('settles a claim that nobody challenges, and says what became of it', async () => {
    const file = models.file('perceptron.onnx', perceptron())
    const folder = bench.path('perceptron')
    const built = await models.json('build', file, '--committed', '--out', folder)
    assert.deepEqual([built['kind'], built['weights']], ['committed', 2])
    const terms = ['--bond', '5', '--window', '1,1', '--turn', '600,10']
    const { id } = await models.json('register', folder, ...terms, ...models.from(0))
    const values = ['--input', hex(new Uint8Array(64).fill(3)), '--model', folder]
    const claim = ['claim', id, ...values, '--follow', ...models.from(1)]
    // Blocks come with transactions here, and a window is over when both, time and blocks, have passed.
    const following = models.start(...claim)
    await following.printed(/claim 0x/)
    await models.send(3, { to: models.accounts[3]!, data: '0x' })
    const ended = await following.ended
    assert.equal(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /status +settled/)
    const claims = await models.run('claims', '--status', 'settled', ...models.at)
    assert.match(claims.stdout, new RegExp(`settled, model ${id}\n  by ${models.accounts[1]}`))
    assert.equal(await models.held(), 0n)
  })

  it('refuses what it does not understand, and says why', async () => {
    const text = models.file('text.onnx', new TextEncoder().encode('no model'))
    const refusals = [
      [['build', text], exitCodes.failure, /INFERENCE_MODEL/],
      [['build', bench.path('none')], exitCodes.failure, /MODEL_FILE.*ENOENT/],
      [['run', bench.path('classifier'), '--input', '0x12'], exitCodes.failure, /MODEL_INPUT/],
      [['show', `0x${'1'.repeat(64)}`, ...models.at], exitCodes.transaction, /MODEL_UNKNOWN/],
    ] as const
    for (const [line, code, pattern] of refusals) {
      assertRefused(await models.run(...line), code, pattern)
    }
  })
})
