/** The command line: what it prints, what it refuses, and with which exit code. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

import { hex, unhex } from '#base'
import { systemContracts } from '#contracts'
import { keccak256 } from '#crypto'
import { formatGenesis, genesisHash, parseGenesis, preset } from '#genesis'

import { exitCodes } from '../../node/exit-codes.ts'
import { assertRefused, Bench } from './node.ts'

describe('the command line', function () {
  this.timeout(120_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  const commands = [
    [],
    ['dev'],
    ['run'],
    ['init'],
    ['genesis'],
    ['genesis', 'show'],
    ['genesis', 'verify'],
    ['status'],
  ]

  it('explains every command and says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    await Promise.all(
      commands.map(async (command) => {
        const help = await bench.run(...command, '--help')
        assert.equal(help.code, 0, help.stderr)
        assert.match(help.stdout, new RegExp(`^Usage: ${['pars', ...command].join(' ')} `))
        assert.equal(help.stderr, '')
        const own = await bench.run(...command, '--version')
        assert.deepEqual(own, { code: 0, stdout: `${version}\n`, stderr: '' })
      }),
    )
  })

  const usage: readonly (readonly [line: string, pattern: RegExp])[] = [
    ['fly', /unknown command|too many arguments|fly/],
    ['dev --fly', /unknown option '--fly'/],
    ['dev --port 65536', /0 to 65535/],
    ['dev --log-format xml', /Allowed choices/],
    ['run', /NODE_CONFIG.*--genesis/],
    ['init --chain-id 7', /required option '--name/],
    ['init --chain-id 7 --name a --alloc 0x12=1', /address and its tokens/],
    ['init --chain-id -1 --name a', /whole number/],
    ['genesis show devnet testnet', /too many arguments/],
  ]
  it(`exits with ${exitCodes.usage} on a line that it does not understand`, () =>
    Promise.all(
      usage.map(async ([line, pattern]) => {
        assertRefused(await bench.run(...line.split(' ')), exitCodes.usage, pattern)
      }),
    ))

  it('shows where the contracts of every genesis stand, and the hash of their code', async () => {
    const { stdout } = await bench.run('genesis', 'show', 'devnet', '--contracts', '--json')
    const expected = systemContracts.map(({ contractName: name, address, deployedBytecode }) => {
      return { name, address, codeHash: hex(keccak256(unhex(deployedBytecode))) }
    })
    assert.deepEqual(JSON.parse(stdout), expected)
    const lines = await bench.run('genesis', 'show', 'mainnet', '--contracts')
    assert.match(lines.stdout, /^ChainParams +0x0{37}620 0x[0-9a-f]{64}\n/)
  })

  it(`exits with ${exitCodes.genesis} on a genesis that is missing, no JSON, or wrong`, async () => {
    const text = formatGenesis(preset('devnet'))
    const files = [
      ['missing.json', undefined, /GENESIS_UNREADABLE.*ENOENT/],
      ['text.json', 'no document', /GENESIS_NOT_JSON/],
      ['cut.json', text.slice(0, -20), /GENESIS_NOT_JSON/],
      ['gas.json', text.replace('30000000', '90000000'), /GENESIS_INVALID.*blockGasLimit/s],
      ['dev.json', text.replace('"dev": true', '"dev": false'), /GENESIS_INVALID.*test key/s],
      ['plugin.json', text.replace('"1.0.0"', '"9.0.0"'), /CHAIN_PRECOMPILE_MISSING.*9\.0\.0/s],
      ['spec.json', text.replace(/("specHash": "0x)../, '$1ff'), /CHAIN_PRECOMPILE_SPEC/],
    ] as const
    await Promise.all(
      files.map(async ([name, content, pattern]) => {
        const file = bench.path(name)
        if (content !== undefined) writeFileSync(file, content)
        assertRefused(await bench.run('genesis', 'verify', file), exitCodes.genesis, pattern)
      }),
    )
    const run = await bench.run(
      'run',
      '--genesis',
      bench.path('plugin.json'),
      '--data',
      bench.path('never'),
      '--port',
      '0',
    )
    assertRefused(run, exitCodes.genesis, /CHAIN_PRECOMPILE_MISSING/)
  })

  it(`exits with ${exitCodes.genesis} when a listed plugin is no plugin`, async () => {
    writeFileSync(bench.path('empty.mjs'), 'export const nothing = 1\n')
    for (const [plugin, pattern] of [
      ['empty.mjs', /PRECOMPILE_SHAPE/],
      ['missing.mjs', /CHAIN_PRECOMPILE_LOAD/],
    ] as const) {
      const ended = await bench.run(
        'run',
        '--genesis',
        'devnet',
        '--port',
        '0',
        '--data',
        bench.path('plugins'),
        '--plugins',
        bench.path(plugin),
      )
      assertRefused(ended, exitCodes.genesis, pattern)
    }
  })

  it('shows and verifies a genesis, as text, as JSON and as its hash', async () => {
    const networkId = hex(genesisHash(preset('testnet')))
    const [show, hash, text, json] = await Promise.all([
      bench.run('genesis', 'show', 'testnet'),
      bench.run('genesis', 'show', 'testnet', '--hash'),
      bench.run('genesis', 'verify', 'testnet'),
      bench.run('genesis', 'verify', 'testnet', '--json'),
    ])
    assert.equal(show.stdout, formatGenesis(preset('testnet')))
    assert.equal(hash.stdout, `${networkId}\n`)
    assert.match(text.stdout, new RegExp(`^valid: .*6134.*${networkId}\n$`))
    assert.deepEqual(JSON.parse(json.stdout), {
      valid: true,
      name: 'Pars Testnet',
      chainId: 6134,
      networkId,
    })
  })

  it('writes a genesis of its own salt and rules, and never over another file', async () => {
    const file = bench.path('own.json')
    const owner = `0x${'ab'.repeat(20)}`
    const init = ['init', '--chain-id', '99', '--name', 'Own', '--alloc', `${owner}=5`]
    const own = await bench.run(...init, '--token', 'Own Coin', '--symbol', 'OWN', '--out', file)
    assert.equal(own.code, 0, own.stderr)
    const genesis = parseGenesis(readFileSync(file, 'utf8'))
    assert.deepEqual(genesis.token, { name: 'Own Coin', symbol: 'OWN' })
    assert.equal(genesis.chainId, 99n)
    assert.equal(genesis.dev, false)
    assert.equal(genesis.alloc[0]?.balance, 5n * 10n ** 18n)
    assert.ok(own.stdout.includes(hex(genesisHash(genesis))))

    const again = await bench.run(...init, '--out', file)
    assertRefused(again, exitCodes.failure, /NODE_FILE.*EEXIST/)
    assert.deepEqual(parseGenesis(readFileSync(file, 'utf8')), genesis)

    const other = await bench.run(...init, '--json', '--out', bench.path('other.json'))
    const facts = JSON.parse(other.stdout) as { networkId: string; chainId: number }
    assert.equal(facts.chainId, 99)
    assert.notEqual(facts.networkId, hex(genesisHash(genesis)))

    const nowhere = await bench.run(...init, '--out', bench.path('no', 'such', 'folder.json'))
    assertRefused(nowhere, exitCodes.failure, /NODE_FILE.*ENOENT/)
    const mainnet = await bench.run(
      'init',
      '--dev',
      '--chain-id',
      '6133',
      '--name',
      'x',
      '--out',
      bench.path('m.json'),
    )
    assertRefused(mainnet, exitCodes.genesis, /GENESIS_INVALID.*chainId/s)
  })

  it(`exits with ${exitCodes.unreachable} when no node answers`, async () => {
    const ended = await bench.run('status', '--rpc', 'http://127.0.0.1:9')
    assertRefused(ended, exitCodes.unreachable, /NODE_UNREACHABLE/)
  })
})
