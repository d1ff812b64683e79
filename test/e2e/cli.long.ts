/** Networks of one's own: made at a terminal or by flags, cloned, and kept apart on one machine. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { formatGenesis, genesisHash } from '#genesis'
import { testSeeds } from '#protocol'

import { exitCodes } from '../../node/exit-codes.ts'
import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import { lacking } from '../lacking.ts'
import { factsOf, readGenesis, transfer } from './network.ts'
import { assertRefused, Bench, failureIn } from './node.ts'
import { noTerminals, Terminal } from './terminal.ts'

const cli = path.join(import.meta.dirname, '../../node/cli.ts')
const examples = path.join(import.meta.dirname, '../../examples')

describe('every command', function () {
  this.timeout(240_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  it('explains itself, and refuses a line that it does not understand', async () => {
    // The completion of a shell is made of the whole tree.
    const { stdout } = await bench.run('completion', 'fish')
    const paths = new Set(stdout.matchAll(/__pars_at "([^"]+)"/g).map(([, found = '']) => found))
    assert.ok(paths.has('pars account recovery start'))
    for (const line of paths) {
      const [, ...names] = line.split(' ')
      const [help, unknown, asJson] = await Promise.all([
        bench.run(...names, '--help'),
        bench.run(...names, '--nonsense'),
        bench.run(...names, '--nonsense', '--json'),
      ])
      assert.match(help.stdout, new RegExp(`^Usage: ${line} .*\n\n[A-Z][^]*?\\.\n\n`))
      assert.equal(help.code, 0, line)
      assertRefused(unknown, exitCodes.usage, /^error: .*\nTry --help\.\n$/)
      const { code, facts, cure, exitCode } = failureIn(asJson)
      assert.deepEqual([code, exitCode], ['NODE_USAGE', exitCodes.usage], line)
      assert.match(
        String(facts['reason']),
        /unknown option|required option|missing required argument/,
      )
      assert.match(cure ?? '', /--help/)
    }
  })
})

describe('a new network', function () {
  this.timeout(120_000)

  const bench = new Bench()
  after(() => bench[Symbol.asyncDispose]())

  function init(...flags: readonly string[]): Promise<Terminal> {
    return Terminal.open([process.execPath, cli, 'init', ...flags], bench.path())
  }

  it('is described by a person at a terminal, who is told at once what will not do', async function () {
    lacking(this, noTerminals)
    await using terminal = await init('--out', 'asked.json', '--gas-limit', '20000000')
    const answer = async (question: RegExp, text: string, mistaken = 0): Promise<void> => {
      await terminal.shows(question)
      await terminal.press(...Array.from({ length: mistaken }, () => 'BSpace'))
      await terminal.type(text)
      await terminal.press('Enter')
    }
    await answer(/◆ +Its name/, 'two  spaces')
    await answer(/single spaces/, 'Asked Network', 11)
    await answer(/◆ +Its chain id/, '12x')
    await answer(/▲.*chain id[^]*whole number/, '3', 1)
    await answer(/◆ +Name of its token/, '')
    await answer(/◆ +Symbol/, 'TOO LONG A SYMBOL')
    await answer(/▲ +Symbol[^]*1 to 11/, 'ASK', 17)
    await answer(/◆ +What is it for/, '')
    await answer(/◆ +Who owns/, `0x${'ab'.repeat(20)}=1 0x${'AB'.repeat(20)}=2`)
    await answer(/▲ +Who owns[^]*each address once/, ` 0x${'cd'.repeat(20)}=2.5`, 45)
    await answer(/◆ +Milliseconds/, '49')
    await answer(/▲ +Milliseconds[^]*from 50 to/, '500', 2)
    await answer(/◆ +Precompiles of packages/, './none')
    await answer(/PRECOMPILE_MANIFEST[^]*◆ +Precompiles of packages/, `${examples}/blake2b`)
    await terminal.shows(/Run it with: pars run --genesis asked\.json/)
    assert.equal(await terminal.exitCode(), 0)
    const genesis = readGenesis(bench.path('asked.json'))
    assert.equal(genesis.name, 'Asked Network')
    assert.equal(genesis.chainId, 123n)
    assert.deepEqual(genesis.token, { name: 'Pars', symbol: 'ASK' })
    assert.equal(genesis.targetBlockMs, 500)
    assert.equal(genesis.blockGasLimit, 20_000_000n)
    assert.equal(genesis.dev, false)
    assert.equal(genesis.precompiles.find(({ name }) => name === 'blake2b')?.module, 'blake2b')
    assert.deepEqual(
      genesis.alloc.map(({ address, balance }) => [hex(address), balance]),
      [
        [`0x${'ab'.repeat(20)}`, 10n ** 18n],
        [`0x${'cd'.repeat(20)}`, 25n * 10n ** 17n],
      ],
    )
  })

  it('is asked for what flags leave open alone, and for nothing where they say all', async function () {
    lacking(this, noTerminals)
    await using half = await init('--out', 'half.json', '--chain-id', '9', '--dev')
    await half.shows(/◆ +Its name/)
    await half.type('Half')
    await half.press('Enter')
    await half.shows(/◆ +Name of its token/)
    await half.press('C-c')
    await half.shows(/NODE_CANCELLED.*nothing was written/)
    assert.equal(await half.exitCode(), exitCodes.failure)
    assert.equal(existsSync(bench.path('half.json')), false)

    await using whole = await init('--out', 'whole.json', '--chain-id', '9', '--name', 'Whole')
    const screen = await whole.shows(/Run it with/)
    assert.doesNotMatch(screen, /◇|◆/)
    assert.equal(await whole.exitCode(), 0)
  })

  it('is refused where flags contradict its rules', async () => {
    const line = ['init', '--chain-id', '9', '--name', 'x', '--out', bench.path('never.json')]
    const owner = `0x${'ab'.repeat(20)}`
    for (const [flags, code, pattern] of [
      [['--alloc', `${owner}=1`, `${owner.toUpperCase().replace('X', 'x')}=2`], 2, /address once/],
      [['--alloc', `${owner}=1.2.3`], 2, /Give tokens/],
      [['--alloc', `0xABab${'ab'.repeat(18)}=1`], 5, /checksum/],
      [['--symbol', 'TOO LONG'], 5, /token\.symbol: give 1 to 11/],
      [['--block-ms', '1'], 5, /targetBlockMs: give a whole number from 50/],
      [['--gas-limit', '5'], 5, /blockGasLimit/],
      [['--precompile', 'not-there'], 5, /PRECOMPILE_NOT_INSTALLED/],
      [['--precompile', `${examples}/blake2b`, `${examples}/blake2b`], 5, /GENESIS_INVALID/],
    ] as const) {
      assertRefused(await bench.run(...line, ...flags), code, pattern)
    }
    assertRefused(await bench.run('init', '--name', 'x'), 2, /required option '--chain-id/)
    assert.equal(existsSync(bench.path('never.json')), false)
  })

  it('has precompiles of packages from its first block, and says how a node gets them', async () => {
    const file = bench.path('with.json')
    const folders = ['blake2b', 'counter'].map((name) => path.join(examples, name))
    const line = ['init', '--chain-id', '9', '--name', 'x', '--precompile', ...folders]
    const { code, stdout, stderr } = await bench.run(...line, '--out', file)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /npm install --ignore-scripts \.\/blake2b-.*\.tgz/)
    assert.match(stdout, /--genesis .*with\.json --plugins blake2b,counter\n$/)
    const { precompiles } = readGenesis(file)
    const added = precompiles.filter(({ module }) => module !== undefined)
    assert.deepEqual(
      new Map(added.map(({ module, from }) => [module, from])),
      new Map([
        ['blake2b', 0n],
        ['counter', 0n],
      ]),
    )
  })

  it('asks for the gas limit of its blocks', async function () {
    if (noTerminals !== undefined) this.skip()
    const known = ['--chain-id', '9', '--token', 'x', '--symbol', 'X', '--block-ms', '500', '--dev']
    await using terminal = await init(
      '--out',
      'gas.json',
      ...known,
      '--alloc',
      `0x${'ab'.repeat(20)}=1`,
    )
    await terminal.shows(/◆ +Its name/)
    await terminal.type('Gas')
    await terminal.press('Enter')
    await terminal.shows(/◆ +Gas limit of a block/)
    await terminal.type('21000000')
    await terminal.press('Enter')
    await terminal.shows(/◆ +Precompiles of packages/)
    await terminal.press('Enter')
    await terminal.shows(/Run it with/)
    assert.equal(readGenesis(bench.path('gas.json')).blockGasLimit, 21_000_000n)
  })

  it('says when nobody could pay on it', async () => {
    const line = ['init', '--chain-id', '9', '--name', 'x', '--out', bench.path('poor.json')]
    const { code, stderr } = await bench.run(...line)
    assert.equal(code, 0)
    assert.match(stderr, /nobody owns tokens.*--alloc/)
  })
})

describe('a network and its clone on one machine', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let first: string
  let second: string
  before(async () => {
    first = await bench.network('first')
    second = bench.path('second.json')
    const clone = ['genesis', 'clone', first, '--out', second, '--name', 'Second', '--json']
    const { code, stdout, stderr } = await bench.run(...clone)
    assert.equal(code, 0, stderr)
    const { networkId, name } = JSON.parse(stdout) as { networkId: string; name: string }
    assert.equal(name, 'Second')
    assert.equal(networkId, hex(genesisHash(readGenesis(second))))
  })
  after(() => bench[Symbol.asyncDispose]())

  it('differ in salt and name alone, and the clone replaces no file', async () => {
    const { salt, name: _, ...rest } = readGenesis(second)
    const { salt: firstSalt, name: __, ...firstRest } = readGenesis(first)
    assert.deepEqual(rest, firstRest)
    assert.notDeepEqual(salt, firstSalt)
    const text = readFileSync(first, 'utf8')
    const over = await bench.run('genesis', 'clone', second, '--out', first)
    assertRefused(over, exitCodes.failure, /NODE_FILE.*EEXIST/)
    assert.equal(readFileSync(first, 'utf8'), text)
    const nameless = ['genesis', 'clone', first, '--out', bench.path('third.json')]
    assert.equal((await bench.run(...nameless)).code, 0)
    assert.equal(readGenesis(bench.path('third.json')).name, 'first')
    const misnamed = [...nameless.slice(0, -1), bench.path('fourth.json'), '--name', ' x ']
    assertRefused(await bench.run(...misnamed), exitCodes.genesis, /GENESIS_INVALID/)
    assertRefused(await bench.run('genesis', 'clone', first), exitCodes.usage, /--out/)
  })

  it('run side by side, and take nothing of each other', async () => {
    bench.environment = { HOME: bench.path('home'), USERPROFILE: bench.path('home') }
    const [one, two] = await Promise.all(
      [first, second].map((genesis) => bench.node('run', '--genesis', genesis)),
    )
    const own = transfer(factsOf(first), 0)
    assert.equal(await one!.ask('eth_sendRawTransaction', own.wire), own.hash)
    await one!.receipt(own.hash)
    const refused = await two!.answer('eth_sendRawTransaction', own.wire)
    assert.deepEqual(refused.error?.data, { code: 'TX_BAD_SIGNATURE' })

    const key = mlDsa(0x65).fromSeed(testSeeds[0]!)
    const networkId = unhex(hex(factsOf(first).genesisHash))
    const file = await new KeyFolder(bench.path('keys')).add(
      await seal({ key, networkId, password }),
    )
    const send = ['send', '--from', file, '--to', `0x${'71'.repeat(20)}`, '--rpc', two!.url]
    assertRefused(await bench.run(...send), exitCodes.key, /IDENTITY_FOREIGN_NETWORK/)

    await Promise.all([one!.stop(), two!.stop()])
    const folders = [first, second].map(async (genesis) => {
      const printed = await bench.run('config', 'print', '--genesis', genesis, '--json')
      return (JSON.parse(printed.stdout) as { data: { value: string } }).data.value
    })
    const [home, other] = await Promise.all(folders)
    assert.notEqual(home, other)
    for (const [folder, genesis] of [
      [home!, first],
      [other!, second],
    ] as const) {
      const kept = readFileSync(path.join(folder, 'genesis.json'), 'utf8')
      assert.equal(kept, formatGenesis(readGenesis(genesis)))
    }
    const strange = ['run', '--genesis', second, '--data', home!, '--port', '0']
    assertRefused(await bench.run(...strange), exitCodes.data, /CHAIN_GENESIS_MISMATCH/)
  })
})
