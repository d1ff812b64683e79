/** Claims about a model that is too large for a block, on a devnet of four validators, by command line. */
import assert from 'node:assert/strict'

import { type Hex } from '#base'

import { claimOf } from '../../node/models/claims.ts'
import { RpcClient } from '../../node/rpc-client.ts'
import { Cluster } from './cluster.ts'
import { convolutions, ModelBench } from './models.ts'
import { Bench } from './node.ts'

const bond = 10n ** 18n
const window = { seconds: 45, blocks: 3 }
/** Nodes of the graph: one convolution and what follows it are five. */
const lies = [0, 41]

describe('a model of 34 MiB and more than a thousand million multiplications', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let cluster: Cluster
  let models: ModelBench
  let model: Hex
  const folder = (): string => bench.path('models', 'convolutions')
  const input = Uint8Array.from({ length: 512 * 36 }, (_, index) => (index * 37) % 251)

  before(async () => {
    cluster = await Cluster.create(bench)
    await cluster.start(...cluster.all)
    models = await ModelBench.open(bench, cluster.at(0))
    const file = models.file('large.onnx', convolutions())
    models.folder('models')
    const built = await models.json('build', file, '--out', folder())
    assert.equal(built['kind'], 'committed')
    assert.match(String(built['notExecutable']), /INFERENCE_MODEL/)
    assert.ok(Number(built['weightBytes']) >= 32 * 2 ** 20)
    assert.ok(Number(built['macs']) >= 1e9)
    const times = ['--window', `${window.seconds},${window.blocks}`, '--turn', '30,2']
    const named = ['--name', 'convolutions', '--bond', '1']
    const line = ['register', folder(), ...named, ...times, ...models.from(0)]
    model = (await models.json(...line)).id
  })
  after(() => bench[Symbol.asyncDispose]())

  it('is refused by infer; its honest claims settle, and its wrong ones are slashed', async () => {
    const run = ['run', folder(), '--id', model, '--input', models.file('input', input)]
    const found = await models.json(...run, ...models.at)
    assert.equal(found['chain'], undefined)
    const watching = ['watch', '--models', bench.path('models'), ...models.from(2)]
    const watcher = models.start(...watching)
    await watcher.printed(/watching/)
    const before = await models.balance(2)

    const values = ['--input', bench.path('input'), '--model', folder()]
    const honest = models.start('claim', model, ...values, '--follow', ...models.from(1))
    const [, id = ''] = await honest.printed(/claim (0x[0-9a-f]{64})/)
    const forced = models.start('challenge', id, '--model', folder(), '--force', ...models.from(0))

    const liar = models.liar(3)
    for (const [place, node] of lies.entries()) {
      const wrong = await liar.claim(model, folder(), input, node)
      await liar.insist(wrong.id, wrong.witness)
      const { status } = await claimOf(new RpcClient(models.node.url), wrong.id)
      assert.equal(status, 'refuted')
      await watcher.printed(new RegExp(`challenge 1 of ${wrong.id}: won`))
      // Half of the claim's bond is the watcher's; the other half stays for ever.
      assert.equal((await models.held()) >= BigInt(place + 1) * (bond / 2n), true)
    }
    assert.ok((await models.balance(2)) > before + (bond * 9n) / 10n)

    const lost = await forced.ended
    assert.match(lost.stdout, /status +lost/)
    assert.match(lost.stderr, /MODEL_CHALLENGE_LOST/)
    const settled = await honest.ended
    assert.equal(settled.code, 0, settled.stderr)
    assert.match(settled.stdout, /status +settled/)
    assert.equal(await models.held(), (bond / 2n) * BigInt(lies.length))
    await watcher.kill('SIGTERM')
    await cluster.untilFinal(await cluster.height(0))
    await cluster.assertAgreement()
  })
})
