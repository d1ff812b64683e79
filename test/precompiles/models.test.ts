import assert from 'node:assert/strict'

import { fixed, hex, unhex } from '#base'
import { sha3_256 } from '#crypto'
import { compile, execute } from '#inference'

import { Graph } from '../inference/commitment-programs.ts'
import { alice, bob, chunksOf, ModelWorld } from './model-world.ts'

/** Eight bytes to the place of the greatest of four sums. */
function classifier(width = 4): Uint8Array {
  const graph = new Graph(7)
  const input = graph.input('uint8', 1, 8)
  const sums = graph.node('MatMulInteger', [input, graph.weights('int8', 8, width)])
  graph.output(graph.node('ArgMax', [sums], { axis: 1, keepdims: 0 }), 'int64', 1)
  return graph.model()
}

const model = classifier()

describe('the registry of models', () => {
  let world: ModelWorld
  beforeEach(() => (world = new ModelWorld()))

  const refused = (name: string, args: readonly unknown[], why: RegExp, from = alice): void => {
    assert.throws(() => world.call('models', name, args, { from }), why)
  }

  it('makes a model active once its bytes are there', () => {
    const id = world.drafted(model, 0)
    assert.deepEqual((world.call('models', 'model', [id]) as unknown[])[0], 1)
    refused('finalize', [id], /a chunk is missing/)
    world.call('models', 'putChunk', [id, 0n, model])
    world.height = 123n
    world.call('models', 'finalize', [id])
    const { cost } = compile(model)
    assert.deepEqual(world.call('models', 'model', [id]), [
      2,
      0,
      1n,
      BigInt(model.length),
      1n,
      '0x00000000000000000000000000000000000A11cE',
      hex(sha3_256(model)),
    ])
    assert.deepEqual(world.call('models', 'costOf', [id]), [
      BigInt(cost.macs),
      BigInt(cost.elements),
      8n,
      8n,
      123n,
    ])
    assert.deepEqual(world.call('models', 'textsOf', [id]), ['model', 'MIT', '{}'])
  })

  it('takes models of many chunks, in any order, each once more if it was wrong', () => {
    const large = classifier(5000)
    const id = world.drafted(large, 0)
    const chunks = chunksOf(large)
    assert.equal(chunks.length, 2)
    world.call('models', 'putChunk', [id, 1n, chunks[1]])
    world.call('models', 'putChunk', [id, 0n, new Uint8Array(32_768)])
    refused('finalize', [id], /another hash/)
    world.call('models', 'putChunk', [id, 0n, chunks[0]])
    world.call('models', 'finalize', [id])
    const input = new Uint8Array(8).fill(9)
    const [output] = world.call('infer', 'infer', [id, input]) as [string]
    assert.deepEqual(unhex(output), execute(compile(large), input))
  })

  it('counts versions by publisher and name, and lists in pages', () => {
    const first = world.drafted(model, 0, 'a')
    const second = world.drafted(model, 0, 'a')
    const other = world.drafted(model, 0, 'b')
    assert.equal(world.call('models', 'versionsOf', [alice, 'a']), 2n)
    assert.equal(world.call('models', 'versionsOf', [bob, 'a']), 0n)
    assert.equal(world.call('models', 'idOf', [alice, 'a', 2n]), second)
    assert.equal(world.call('models', 'count'), 3n)
    assert.deepEqual(world.call('models', 'list', [0n, 2n]), [first, second])
    assert.deepEqual(world.call('models', 'list', [2n, 100n]), [other])
    assert.deepEqual(world.call('models', 'list', [3n, 1n]), [])
    refused('list', [0n, 101n], /page too long/)
    refused('list', [2n ** 64n - 1n, 101n], /page too long/)
    assert.deepEqual(world.call('models', 'list', [2n ** 64n - 1n, 100n]), [])
  })

  it('listens to the owner alone, who can pass a model on and take it out of use', () => {
    const id = world.registered(model, 0)
    refused('deactivate', [id], /not the owner/, bob)
    refused('transfer', [id, bob], /not the owner/, bob)
    world.call('models', 'transfer', [id, bob])
    refused('deactivate', [id], /not the owner/)
    world.call('models', 'deactivate', [id], { from: bob })
    refused('deactivate', [id], /not active/, bob)
    assert.throws(() => world.call('infer', 'infer', [id, new Uint8Array(8)]), /not active/)
    const draft = world.drafted(model, 0)
    refused('putChunk', [draft, 0n, model], /not the owner/, bob)
    refused('finalize', [draft], /not the owner/, bob)
  })

  it('keeps what a model is once it is active', () => {
    const id = world.registered(model, 0)
    refused('putChunk', [id, 0n, model], /not a draft/)
    refused('finalize', [id], /not a draft/)
    refused('setTerms', [id, 1n, 1n, 1n, 1n, 1n, fixed(0, 32), 0n], /not a draft/)
  })

  it('refuses what is no registration', () => {
    const [hash, size] = [sha3_256(model), BigInt(model.length)]
    const good = ['name', hash, size, 1n, 0, 'MIT', '{}']
    const but = (place: number, value: string | number | bigint) => good.with(place, value)
    refused('register', but(0, ''), /name length/)
    refused('register', but(0, 'n'.repeat(65)), /name length/)
    refused('register', but(2, 0n), /model size/)
    refused('register', but(2, 1_048_577n), /model size/)
    refused('register', but(3, 2n), /unknown runtime/)
    refused('register', but(4, 2), /unknown kind/)
    refused('register', but(5, 'x'.repeat(65)), /licence length/)
    refused('register', but(6, 'x'.repeat(4097)), /metadata length/)
    const id = world.drafted(model, 0)
    refused('putChunk', [id, 1n, model], /chunk index/)
    refused('putChunk', [id, 2n ** 64n - 1n, model], /chunk index/)
    refused('putChunk', [id, 0n, model.subarray(1)], /chunk length/)
    refused('putChunk', [id, 0n, new Uint8Array(0)], /chunk length/)
    const bond = 10n ** 17n
    refused('setTerms', [id, 0n, 1n, 1n, 1n, bond, fixed(0, 32), 0n], /times/)
    refused('setTerms', [id, 1n, 1n, 1n, 2n ** 40n, bond, fixed(0, 32), 0n], /times/)
    refused('setTerms', [id, 1n, 1n, 1n, 1n, bond - 1n, fixed(0, 32), 0n], /bond/)
    refused('setTerms', [id, 1n, 1n, 1n, 1n, bond, fixed(1, 32), 0n], /threshold/)
    refused('setTerms', [id, 1n, 1n, 1n, 1n, bond, fixed(0, 32), 1n], /threshold/)
    refused('setTerms', [id, 1n, 1n, 1n, 1n, bond, fixed(1, 32), 65_536n], /threshold/)
    refused('model', [fixed(5, 32)], /unknown model/)
    refused('textsOf', [fixed(5, 32)], /unknown model/)
  })

  it('makes nothing active that is no model, and says so in one way', () => {
    for (const bytes of [Uint8Array.of(1), model.subarray(0, 50), new Uint8Array(4000)]) {
      const id = world.drafted(bytes, 0)
      world.call('models', 'putChunk', [id, 0n, bytes])
      refused('finalize', [id], /models: not a pars-int-1 model within its limits/)
    }
  })

  it('changes nothing in a static call', () => {
    const id = world.drafted(model, 0)
    for (const [name, args] of [
      ['putChunk', [id, 0n, model]],
      ['transfer', [id, bob]],
    ] as const) {
      const { status } = world.outcome('models', name, args, { isStatic: true })
      assert.equal(status, 'halted')
    }
  })
})

describe('inference under gas', () => {
  const world = new ModelWorld()
  const id = world.registered(model, 0)

  it('gives what the model makes of the input, as EXECUTED', () => {
    for (let round = 0; round < 20; round++) {
      const input = sha3_256(Uint8Array.of(round)).subarray(0, 8)
      const answer = world.call('infer', 'infer', [id, input], { isStatic: true })
      assert.deepEqual(answer, [hex(execute(compile(model), input)), 3])
    }
  })

  it('costs the same whatever the input is and whoever ran the model before', () => {
    // Of no other test, and read after as many others as a thread keeps: nothing of it is known yet.
    const own = world.registered(classifier(37), 0)
    for (let width = 100; width < 120; width++) {
      const other = world.registered(classifier(width), 0)
      world.call('infer', 'infer', [other, new Uint8Array(8)])
    }
    const gas = (input: Uint8Array): bigint => world.outcome('infer', 'infer', [own, input]).gas
    const first = gas(new Uint8Array(8))
    assert.equal(gas(new Uint8Array(8)), first)
    assert.equal(gas(new Uint8Array(8).fill(255)), first)
  })

  it('is paid before it runs', () => {
    const input = new Uint8Array(8)
    const { gas } = world.outcome('infer', 'infer', [id, input])
    const { status } = world.outcome('infer', 'infer', [id, input], { gasLimit: gas - 1n })
    assert.equal(status, 'halted')
  })

  it('refuses other inputs, drafts, and models whose results are claimed', () => {
    const input = new Uint8Array(8)
    const asked = (of: unknown, given: Uint8Array) => () =>
      world.call('infer', 'infer', [of, given])
    assert.throws(asked(id, new Uint8Array(7)), /input length/)
    assert.throws(asked(id, new Uint8Array(9)), /input length/)
    assert.throws(asked(fixed(1, 32), input), /unknown model/)
    assert.throws(asked(world.drafted(model, 0), input), /not active/)
    assert.throws(asked(world.registered(model, 1), input), /claimed, not run/)
  })
})
