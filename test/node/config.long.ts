/** The settings of a node: where they come from, which of them holds, and what is refused. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'

import { parse } from 'smol-toml'

import { fileSettings } from '../../node/config-file.ts'
import { exitCodes } from '../../node/exit-codes.ts'
import { assertRefused, Bench } from '../e2e/node.ts'

type Printed = Readonly<
  Record<string, { readonly value: unknown; readonly source: string } | undefined>
>

function values(printed: Printed): readonly unknown[] {
  return Object.entries(printed).map(([name, setting]) => [name, setting?.value])
}

describe('the settings of a node', function () {
  this.timeout(60_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())
  beforeEach(() => {
    bench.environment = { HOME: bench.path('home'), USERPROFILE: bench.path('home') }
  })

  function file(name: string, text: string): string {
    writeFileSync(bench.path(name), text)
    return bench.path(name)
  }

  async function print(...parameters: readonly string[]): Promise<Printed> {
    const { code, stdout, stderr } = await bench.run('config', 'print', ...parameters, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Printed
  }

  it('come from flags before the environment, a file and defaults, and each says which', async () => {
    const toml = 'host = "::1"\nport = 1\nlog-level = "warn"\nlog-format = "json"\narchive = true\n'
    const config = file('order.toml', toml)
    bench.environment = {
      ...bench.environment,
      PARS_CONFIG: config,
      PARS_PORT: '2',
      PARS_LOG_LEVEL: 'error',
      PARS_ARCHIVE: 'false',
      PARS_ALLOW_HOSTS: 'a.example,b.example',
    }
    const settings = await print('run', '--port', '3', '--genesis', 'testnet')
    assert.deepEqual(settings['port'], { value: 3, source: '--port' })
    assert.deepEqual(settings['log-level'], { value: 'error', source: 'PARS_LOG_LEVEL' })
    assert.deepEqual(settings['archive'], { value: false, source: 'PARS_ARCHIVE' })
    assert.deepEqual(settings['host'], { value: '::1', source: config })
    assert.deepEqual(settings['log-format'], { value: 'json', source: config })
    assert.deepEqual(settings['allow-origins'], { value: [], source: 'default' })
    assert.deepEqual(settings['allow-hosts'], {
      value: ['a.example', 'b.example'],
      source: 'PARS_ALLOW_HOSTS',
    })
    assert.match(String(settings['data']?.value), /pars-testnet-[0-9a-f]{8}$/)
  })

  it('tell the password of a validator from that of an account', async () => {
    bench.environment = { HOME: bench.path('home'), PARS_PASSWORD_FILE: 'account' }
    assert.equal((await print())['validator-password-file']?.value, null)
    bench.environment = { HOME: bench.path('home'), PARS_VALIDATOR_PASSWORD_FILE: 'validator' }
    assert.equal((await print())['validator-password-file']?.value, 'validator')
  })

  it('can be taken back by a flag', async () => {
    const config = file('archive.toml', 'archive = true\n')
    const given = ['--config', config]
    assert.deepEqual((await print(...given))['archive'], { value: true, source: config })
    const settings = await print(...given, '--no-archive')
    assert.deepEqual(settings['archive'], { value: false, source: '--archive' })
  })

  it('are found in the data folder, also in the usual one of a network', async () => {
    const named = await print('dev')
    const usual = String(named['data']?.value)
    for (const folder of [bench.path('data'), usual]) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(`${folder}/config.toml`, 'port = 77\n')
    }
    assert.equal((await print('dev'))['port']?.value, 77)
    assert.equal((await print('run', '--data', bench.path('data')))['port']?.value, 77)
    assert.equal((await print('run'))['port']?.value, 8545)
  })

  it('name places from the folder of the file, and presets as they are', async () => {
    mkdirSync(bench.path('conf'))
    const genesis = await bench.network('placed')
    const lines = ['genesis = "../placed.json"', 'data = "chain"', 'project = "operator"']
    const secret = 'validator-password-file = "password"'
    const config = file('conf/pars.toml', [...lines, secret, ''].join('\n'))
    const settings = await print('--config', config)
    assert.equal(settings['genesis']?.value, genesis)
    for (const [name, place] of [
      ['data', 'chain'],
      ['project', 'operator'],
      ['validator-password-file', 'password'],
    ] as const) {
      assert.equal(settings[name]?.value, bench.path('conf', place))
    }
    const preset = file('conf/preset.toml', 'genesis = "testnet"\n')
    assert.equal((await print('--config', preset))['genesis']?.value, 'testnet')
  })

  it('are printed as a file that says the same', async () => {
    const flags = ['--genesis', 'testnet', '--port', '9', '--allow-hosts', 'a"b,c', '--archive']
    const { stdout } = await bench.run('config', 'print', ...flags)
    const again = await print('--config', file('again.toml', stdout))
    const before = await print(...flags)
    assert.deepEqual(values(again), values(before))
    assert.match(stdout, /^port = 9 # --port$/m)
  })

  it('have a file to begin with, where every one is explained', async () => {
    const { stdout } = await bench.run('config', 'print', '--defaults')
    assert.equal(parse(stdout)['port'], 8545)
    const names = Object.keys(await print())
    for (const name of names) assert.match(stdout, new RegExp(`^# \\S.*\n(?:# )?${name} = `, 'm'))
  })

  it('are refused with the cure where they are wrong', async () => {
    const own = bench.path('own')
    mkdirSync(own)
    writeFileSync(`${own}/config.toml`, 'data = "elsewhere"\n')
    const cases: readonly (readonly [line: readonly string[], pattern: RegExp])[] = [
      [['--config', file('a.toml', 'prot = 1\n')], /prot in .*a\.toml.*no setting.*port/],
      [['--config', file('b.toml', 'port = "1"\n')], /port in .*b\.toml.*0 to 65535/],
      [['--config', file('c.toml', 'port = 1.5\n')], /port in .*c\.toml.*0 to 65535/],
      [['--config', file('d.toml', 'archive = 1\n')], /archive in .*true or false/],
      [['--config', file('e.toml', 'a = = 1\n')], /e\.toml:1:\d+.*not TOML/],
      [['--config', file('f.toml', '[port]\nnumber = 1\n')], /port in .*f\.toml/],
      [['--config', file('g.toml', 'log-level = "loud"\n')], /log-level in .*debug, info/],
      [['--data', own], /data in .*own.config\.toml.*cannot name another/],
    ]
    for (const [line, pattern] of cases) {
      const ended = await bench.run('config', 'print', ...line)
      assertRefused(ended, exitCodes.usage, pattern)
    }
    for (const [name, value] of [
      ['PARS_PORT', '70000'],
      ['PARS_PORT', ''],
      ['PARS_ARCHIVE', 'yes'],
      ['PARS_LOG_FORMAT', 'xml'],
      ['PARS_HOST', ''],
    ] as const) {
      bench.environment = { HOME: bench.path('home'), [name]: value }
      const ended = await bench.run('run')
      assertRefused(ended, exitCodes.usage, new RegExp(`NODE_CONFIG.*${name}`))
    }
    bench.environment = {}
    for (const [config, pattern] of [
      [bench.path('none.toml'), /NODE_FILE.*ENOENT/],
      [bench.path(), /NODE_FILE.*EISDIR/],
      [file('long.toml', `# ${'x'.repeat(70_000)}\n`), /NODE_FILE.*too long/],
    ] as const) {
      const ended = await bench.run('config', 'print', '--config', config)
      assertRefused(ended, exitCodes.failure, pattern)
    }
  })

  it('come from a file that ends, whatever it says of its size', async function () {
    if (process.platform === 'win32') this.skip()
    await assert.rejects(fileSettings('/dev/zero'), /NODE_FILE.*too long/)
  })

  it('reach the node', async () => {
    const genesis = await bench.network('told')
    const config = file('told.toml', 'genesis = "told.json"\ndata = "told"\nlog-format = "json"\n')
    const node = await bench.node('run', '--config', config)
    assert.equal(await node.ask('eth_chainId'), '0x1c3b')
    const { stderr } = await node.stop()
    for (const line of stderr.trimEnd().split('\n')) JSON.parse(line)
    const shown = await bench.run('genesis', 'show', bench.path('told', 'genesis.json'), '--hash')
    const hash = await bench.run('genesis', 'show', genesis, '--hash')
    assert.equal(shown.stdout, hash.stdout)
  })
})
