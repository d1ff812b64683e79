import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { fixed, isFault, unhex } from '#base'
import { discover, loadPlugin, type Precompile, specHash } from '#precompiles'
import { systemAddresses } from '#protocol'

import { canonicalJson } from '../../precompiles/canonical-json.ts'

const right = {
  name: 'echo',
  version: '1.0.0',
  address: '0x0000000000000000000000000000000000000999',
  abi: null,
  gasTable: { word: 3 },
  vectors: { provenance: 'none', sequences: [] },
  stateful: false,
  gas: () => 0n,
  run: (input: Uint8Array) => input,
}

const source = `export default {
  name: NAME, version: '1.0.0', address: ADDRESS, abi: null, gasTable: {},
  vectors: { provenance: 'none', sequences: [] }, stateful: false, gas: () => 0n, run: (x) => x,
}`

function hasCode(code: string, facts: Readonly<Record<string, unknown>> = {}) {
  return (error: unknown) => {
    assert.ok(isFault(error, code), String(error))
    assert.deepEqual({ ...error.facts, ...facts }, error.facts)
    return true
  }
}

function pluginSource(name: string, address: string): string {
  return source.replace('NAME', `'${name}'`).replace('ADDRESS', `'0x${address.padStart(40, '0')}'`)
}

describe('discovery', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'pars-precompiles-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function add(name: string, text: string): void {
    mkdirSync(path.join(folder, name))
    writeFileSync(path.join(folder, name, 'index.ts'), text)
  }

  it('finds two versions of one plugin, and not two plugins on one address', async () => {
    add('echo', pluginSource('echo', '999'))
    add('echo@1.1.0', pluginSource('echo', '999').replace("'1.0.0'", "'1.1.0'"))
    const versions = (await discover(folder)).map(({ version }) => version)
    assert.deepEqual(versions, ['1.0.0', '1.1.0'])
    add('other', pluginSource('other', '999'))
    await assert.rejects(discover(folder), hasCode('PRECOMPILE_ADDRESS_TAKEN'))
  })

  it('finds the plugins of this repository, in the order of their names', async () => {
    const plugins = await discover()
    assert.deepEqual(
      plugins.map(({ name }) => name),
      [
        'accounts',
        'infer',
        'inference-claims',
        'mldsa-44',
        'mldsa-65',
        'mldsa-87',
        'mldsa-verify',
        'mlkem',
        'models',
        'nonces',
        'sha3',
        'slhdsa-verify',
        'verify-inference',
      ],
    )
    const addresses = Object.fromEntries(plugins.map(({ name, address }) => [name, unhex(address)]))
    assert.deepEqual(addresses, {
      accounts: systemAddresses.accounts,
      infer: fixed(0x0303, 20),
      'inference-claims': fixed(0x0305, 20),
      'mldsa-44': systemAddresses.mldsa44,
      'mldsa-65': systemAddresses.mldsa65,
      'mldsa-87': systemAddresses.mldsa87,
      'mldsa-verify': systemAddresses.mldsaVerify,
      mlkem: fixed(0x0603, 20),
      models: fixed(0x0302, 20),
      nonces: systemAddresses.nonces,
      sha3: fixed(0x0605, 20),
      'slhdsa-verify': fixed(0x0602, 20),
      'verify-inference': fixed(0x0304, 20),
    })
  })

  it('takes a folder with an index for a plugin, and nothing else', async () => {
    add('two', pluginSource('two', '0a02'))
    add('one', pluginSource('one', '0a01'))
    mkdirSync(path.join(folder, 'empty'))
    writeFileSync(path.join(folder, 'index.ts'), 'throw new Error("not a plugin")')
    const plugins = await discover(folder)
    assert.deepEqual(
      plugins.map(({ name }) => name),
      ['one', 'two'],
    )
  })

  it('refuses a folder that is not named as its plugin', async () => {
    add('one', pluginSource('two', '0a02'))
    await assert.rejects(
      discover(folder),
      hasCode('PRECOMPILE_NAME', { folder: 'one', name: 'two' }),
    )
  })

  it('refuses two plugins at one address', async () => {
    add('one', pluginSource('one', '0a01'))
    add('two', pluginSource('two', '0a01'))
    const facts = { first: 'one', second: 'two' }
    await assert.rejects(discover(folder), hasCode('PRECOMPILE_ADDRESS_TAKEN', facts))
  })

  it('names the folder whose code does not load', async () => {
    add('one', 'throw new Error("broken")')
    await assert.rejects(discover(folder), hasCode('PRECOMPILE_LOAD', { folder: 'one' }))
  })
})

describe('the shape of a plugin', () => {
  it('is what loadPlugin hands back', () => {
    assert.equal(loadPlugin({ default: right }, 'test'), right)
  })

  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    name: ['', 'Echo', '../echo', 7, undefined, 'e'.repeat(65)],
    version: ['1', '1.0', '01.0.0', '1.0.0-beta', 1],
    address: ['0x999', `0x${'AB'.repeat(20)}`, `0x${'0'.repeat(39)}a`, `0x${'0'.repeat(37)}1ff`],
    abi: [undefined, '[]', {}],
    gasTable: [{ word: 1.5 }, { word: '3' }, null],
    vectors: [null, {}, { sequences: {} }],
    stateful: [undefined, 'no'],
    gas: [0n, undefined],
    run: [undefined],
  }
  for (const [field, values] of Object.entries(wrong)) {
    it(`has a right ${field}`, () => {
      for (const value of values) {
        const module = { default: { ...right, [field]: value } }
        assert.throws(
          () => loadPlugin(module, 'test'),
          hasCode('PRECOMPILE_SHAPE', { source: 'test', field }),
        )
      }
    })
  }

  it('is the default export of a module', () => {
    for (const module of [undefined, null, 7, {}, { default: null }, { plugin: right }]) {
      assert.throws(
        () => loadPlugin(module, 'test'),
        hasCode('PRECOMPILE_SHAPE', { field: 'default' }),
      )
    }
  })
})

describe('the specHash', () => {
  const plugin = right as unknown as Precompile

  it('changes with name, version, ABI, gas table and vectors, and with nothing else', () => {
    const hash = specHash(plugin).toHex()
    const changes: readonly object[] = [
      { name: 'echo2' },
      { version: '1.0.1' },
      { abi: [] },
      { gasTable: { word: 4 } },
      { gasTable: { words: 3 } },
      { vectors: { provenance: 'some', sequences: [] } },
    ]
    const hashes = changes.map((change) => specHash({ ...plugin, ...change }).toHex())
    assert.equal(new Set([hash, ...hashes]).size, changes.length + 1)
    const address = '0x0000000000000000000000000000000000000998'
    assert.equal(specHash({ ...plugin, address, run: () => new Uint8Array(1) }).toHex(), hash)
  })

  it('does not depend on the order of members', () => {
    const reversed = Object.fromEntries(Object.entries(plugin).toReversed())
    const shuffled = reversed as unknown as Precompile
    assert.equal(specHash(shuffled).toHex(), specHash(plugin).toHex())
  })
})

describe('canonical JSON', () => {
  it('sorts members by UTF-16 units and writes no white space', () => {
    const value = { b: [1, -2, null, true], a: { '\u20ac': '\u0000"', A: '' }, '\ud83d\ude00': 0 }
    const expected = '{"a":{"A":"","\u20ac":"\\u0000\\""},"b":[1,-2,null,true],"\ud83d\ude00":0}'
    assert.equal(canonicalJson(value), expected)
  })

  it('refuses what has no single form', () => {
    const values = [
      1.5,
      -0,
      Number.NaN,
      2 ** 53,
      1n,
      undefined,
      () => 0,
      '\ud800',
      { a: undefined },
    ]
    for (const value of values) {
      assert.throws(() => canonicalJson({ value }), hasCode('PRECOMPILE_NOT_CANONICAL'))
    }
  })
})
