import assert from 'node:assert/strict'

import { isFault } from '#base'
import {
  conformance,
  type ConformanceCheck,
  discover,
  type Precompile,
  seededRandom,
} from '#precompiles'

const plugins = await discover()

function named(name: string): Precompile {
  const plugin = plugins.find((candidate) => candidate.name === name)
  assert.ok(plugin)
  return plugin
}

/** The names of the checks that fail, each by its own fault or by the defect that it provokes. */
function failures(plugin: Precompile): string[] {
  const checks = conformance(plugin, { random: seededRandom('defects'), garbage: 40 })
  return checks.filter((check) => !passes(check)).map(({ name }) => name)
}

function passes(check: ConformanceCheck): boolean {
  try {
    check.run()
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    assert.ok(isFault(error, 'PRECOMPILE_NONCONFORMING', 'PRECOMPILE_SHAPE'), String(error))
    return false
  }
}

const pure = named('mldsa-44')
const registry = named('accounts')
assert.ok(!pure.stateful && registry.stateful)

describe('the conformance suite notices a plugin', () => {
  let calls = 0
  const defects: Readonly<Record<string, Precompile>> = {
    'that answers wrong': { ...pure, run: () => new Uint8Array(32) },
    'whose gas is off by one': { ...pure, gas: (input) => pure.gas(input) + 1n },
    'whose gas is negative': { ...pure, gas: () => -1n },
    'that changes its input': {
      ...pure,
      run(input: Uint8Array) {
        const output = pure.run(input)
        input.fill(0)
        return output
      },
    },
    'that answers otherwise the second time': {
      ...pure,
      run: (input: Uint8Array) => (calls++ % 2 === 0 ? pure.run(input) : new Uint8Array(32)),
    },
    'that throws on garbage': {
      ...pure,
      run(input: Uint8Array) {
        if (input[0] === 0xff) throw new SyntaxError('garbage')
        return pure.run(input)
      },
      vectors: { provenance: 'none', sequences: [{ note: 'one', calls: [garbage()] }] },
    },
    'that has no vectors': { ...pure, vectors: { provenance: 'none', sequences: [] } },
    'that takes value, which its ABI does not allow': {
      ...registry,
      run: (input, view) => registry.run(input, { ...bound(view), value: 0n }),
    },
    'that returns no bytes': { ...pure, run: () => 'bytes' as never },
    'that forgets a log': {
      ...registry,
      run: (input, view) => registry.run(input, { ...bound(view), emit: () => undefined }),
    },
    'that forgets a write': {
      ...registry,
      run: (input, view) => registry.run(input, { ...bound(view), put: () => undefined }),
    },
    'that swallows the lack of gas': {
      ...registry,
      run(input, view) {
        try {
          return registry.run(input, view)
        } catch {
          return new Uint8Array(0)
        }
      },
    },
  }
  for (const [what, plugin] of Object.entries(defects)) {
    it(what, () => assert.notDeepEqual(failures(plugin), []))
  }

  it('and nothing about a sound one', () => {
    for (const plugin of plugins) assert.deepEqual(failures(plugin), [])
  })
})

function garbage(): { note: string; input: string; output: string; gas: number } {
  return { note: 'garbage', input: '0xff', output: '0x', gas: 6500 }
}

type View = Parameters<typeof registry.run>[1]

/** A view whose methods can be replaced. */
function bound(view: View): View {
  return {
    address: view.address,
    caller: view.caller,
    value: view.value,
    isStatic: view.isStatic,
    depth: view.depth,
    origin: view.origin,
    height: view.height,
    timestamp: view.timestamp,
    networkId: view.networkId,
    envelope: view.envelope,
    keys: view.keys,
    blobs: view.blobs,
    get: (slot) => view.get(slot),
    getOf: (owner, slot) => view.getOf(owner, slot),
    put: (slot, word) => view.put(slot, word),
    emit: (topics, data) => view.emit(topics, data),
    pay: (to, amount) => view.pay(to, amount),
    charge: (gas) => view.charge(gas),
  }
}
