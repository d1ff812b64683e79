/** Keys in files, and what they sign and send, by real commands against a real node. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { hex, type Hex, unhex, utf8 } from '#base'
import { keccak256, mlDsa } from '#crypto'
import { genesisHash } from '#genesis'
import { contexts, foreignMessage, personalMessagePreimage, testSeeds } from '#protocol'

import { exitCodes } from '../../node/exit-codes.ts'
import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import { readGenesis } from './network.ts'
import { assertRefused, Bench, type Ended, type Node } from './node.ts'

const rich = '0x046c1078a58efd1a78d9f6ea29f181518a7220df'
const token = 10n ** 18n
/** Answers 42 to a call without data, and reverts to any other. */
const answerCode = '6f36600c57602a5f5260205ff35b5f5ffd5f5260106010f3'

interface KeyFacts {
  readonly address: Hex
  readonly algorithm: string
  readonly keyHash: Hex
  readonly networkId: Hex
  readonly file: string
}

interface Sent {
  readonly hash: Hex
  readonly from: Hex
  readonly gasUsed: number
  readonly succeeded: boolean
  readonly contractAddress?: Hex
  readonly file: string
}

describe('accounts on the command line', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let node: Node
  let genesis: string
  let foreign: string
  let networkId: Hex
  after(() => bench[Symbol.asyncDispose]())

  /** A file for its owner alone. */
  function secret(name: string, text: string): string {
    writeFileSync(bench.path(name), text, { mode: 0o600 })
    return bench.path(name)
  }

  const keys = (folder = 'keys'): string[] => ['--keys', bench.path(folder)]
  const unlocked = (folder?: string): string[] => [
    ...keys(folder),
    '--password-file',
    bench.path('password'),
  ]
  const online = (): string[] => ['--rpc', node.url]

  async function json<Result>(...parameters: readonly string[]): Promise<Result> {
    const { code, stdout, stderr } = await bench.run(...parameters, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Result
  }

  function send(from: string, to: string, ...rest: readonly string[]): Promise<Sent> {
    return json('send', '--from', from, '--to', to, ...rest, ...unlocked(), ...online())
  }

  async function balance(address: string): Promise<bigint> {
    return BigInt(await node.ask<Hex>('eth_getBalance', address, 'latest'))
  }

  before(async () => {
    genesis = await bench.network('home')
    foreign = await bench.network('foreign')
    networkId = hex(genesisHash(readGenesis(genesis)))
    node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    secret('password', `${password}\n`)
    secret('wrong', 'wrong horse\n')
    secret('seed', `${hex(testSeeds[0]!)}\n`)
    // Costs little to open: so do many of the commands below.
    const key = mlDsa(0x65).fromSeed(testSeeds[0]!)
    const keystore = await seal({ key, networkId: unhex(networkId), password })
    await new KeyFolder(bench.path('keys')).add(keystore)
  })

  it('explain themselves', async () => {
    const commands = ['send', 'call', 'deploy', 'wait', 'account']
    const names = ['new', 'list', 'show', 'import', 'export', 'sign', 'register', 'rotate']
    const lines = [...commands, ...names.map((name) => `account ${name}`)]
    await Promise.all(
      lines.map(async (line) => {
        const help = await bench.run(...line.split(' '), '--help')
        assert.equal(help.code, 0, help.stderr)
        assert.match(help.stdout, new RegExp(`^Usage: pars ${line} `))
      }),
    )
  })

  it('are made for the network of a node, and listed without a password', async () => {
    const folder = 'made'
    const made = await Promise.all(
      ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'].map((algorithm) =>
        json<KeyFacts>(
          'account',
          'new',
          '--algorithm',
          algorithm,
          ...unlocked(folder),
          ...online(),
        ),
      ),
    )
    for (const { address, keyHash, file, ...facts } of made) {
      assert.equal(address, `0x${keyHash.slice(-40)}`)
      assert.equal(facts.networkId, networkId)
      if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600)
    }
    const byFile = made.toSorted((a, b) => (a.file < b.file ? -1 : 1))
    assert.deepEqual(await json('account', 'list', ...keys(folder)), byFile)
    const [first] = byFile
    assert.deepEqual(await json('account', 'show', first!.address, ...keys(folder)), [first])
    assert.deepEqual(await json('account', 'show', first!.file, ...keys('empty')), [first])
    const text = await bench.run('account', 'show', first!.file)
    assert.match(text.stdout, new RegExp(`${first!.address}\n.*algorithm.*\n.*${first!.keyHash}`))
  })

  it('send, wait, and use lanes', async () => {
    const to = `0x${'71'.repeat(20)}`
    const first = await send(rich, to, '--value', '1.5')
    assert.equal(first.succeeded, true)
    assert.equal(first.from, rich)
    assert.equal(await balance(to), token + token / 2n)
    await send(rich, to, '--value', '7wei', '--lane', '9')
    assert.equal(await balance(to), token + token / 2n + 7n)
    assert.equal(await node.ask('pars_getNonce', rich, '0x9', 'latest'), '0x1')

    const { hash } = await send(rich, to, '--no-wait')
    const waited = await bench.run('wait', hash, ...online())
    assert.match(waited.stdout, /^succeeded in block \d+, gas used 53644\n$/)
    assert.equal((await json<Sent>('wait', hash, ...online())).gasUsed, 53_644)
  })

  it('register their key, and rotate it: the old one has no say any more', async () => {
    const made = await json<KeyFacts>('account', 'new', ...unlocked(), ...online())
    const { address } = made
    await send(rich, address, '--value', '10')
    assert.equal((await send(address, rich)).gasUsed, 53_644)
    const own = [address, ...unlocked(), ...online()]
    const registered = await json<Sent>('account', 'register', ...own)
    assert.equal(registered.succeeded, true)
    assert.equal((await send(address, rich)).gasUsed, 45_964)
    assertRefused(
      await bench.run('account', 'register', ...own),
      exitCodes.key,
      /NODE_KEY_REGISTERED/,
    )

    const rotated = await json<Sent>('account', 'rotate', ...own, '--algorithm', 'ML-DSA-87')
    assert.equal(rotated.succeeded, true)
    const [next] = await json<KeyFacts[]>('account', 'show', rotated.file)
    assert.equal(next!.address, address)
    assert.equal(next!.algorithm, 'ML-DSA-87')
    assert.notEqual(next!.keyHash, made.keyHash)
    // The account's name finds the key that speaks for it.
    assert.equal((await send(address, rich)).gasUsed, 55_736)
    const old = ['--from', made.file, '--to', rich, ...unlocked(), ...online()]
    assertRefused(await bench.run('send', ...old), exitCodes.key, /NODE_KEY_REPLACED/)
    assertRefused(
      await bench.run('account', 'sign', address, 'text', ...unlocked()),
      exitCodes.key,
      /NODE_KEY_AMBIGUOUS/,
    )
  })

  it('deploy contracts and call them', async () => {
    const files = {
      'plain.hex': answerCode,
      'hardhat.json': JSON.stringify({ bytecode: `0x${answerCode}` }),
      'foundry.json': JSON.stringify({ bytecode: { object: `0x${answerCode}` } }),
      'solc.json': JSON.stringify({ evm: { bytecode: { object: answerCode } } }),
    }
    let contract: Hex = '0x'
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(bench.path(name), content)
      const options = ['--from', rich, ...unlocked(), ...online()]
      const sent = await json<Sent>('deploy', bench.path(name), ...options)
      assert.equal(sent.succeeded, true)
      contract = sent.contractAddress!
      const { returned } = await json<{ returned: Hex }>('call', '--to', contract, ...online())
      assert.equal(BigInt(returned), 42n)
    }
    const refused = ['--to', contract, '--data', '0x01', ...online()]
    assertRefused(
      await bench.run('call', ...refused),
      exitCodes.transaction,
      /NODE_REFUSED.*eth_call.*revert/,
    )
    const from = ['--from', rich, ...unlocked()]
    assertRefused(
      await bench.run('send', ...from, ...refused),
      exitCodes.transaction,
      /NODE_REFUSED.*eth_estimateGas.*revert/,
    )
    const forced = await bench.run('send', ...from, ...refused, '--gas', '90000', '--json')
    assertRefused(forced, exitCodes.transaction, /NODE_REVERTED/)
    const { hash, succeeded } = JSON.parse(forced.stdout) as Sent
    assert.equal(succeeded, false)
    assertRefused(
      await bench.run('wait', hash, ...online()),
      exitCodes.transaction,
      /NODE_REVERTED/,
    )
  })

  it('sign messages for their network, without a node', async () => {
    const signed = await json<{ networkId: Hex; publicKey: Hex; signature: Hex }>(
      'account',
      'sign',
      rich,
      'hello',
      ...unlocked(),
    )
    assert.equal(signed.networkId, networkId)
    const message = foreignMessage(
      unhex(networkId),
      keccak256(personalMessagePreimage(utf8('hello'))),
    )
    const key = mlDsa(0x65).fromSeed(testSeeds[0]!)
    assert.equal(signed.publicKey, hex(key.publicKey))
    const holds = (context: (typeof contexts)['foreign' | 'transaction']): boolean =>
      mlDsa(0x65).verify(key.publicKey, message, unhex(signed.signature), context)
    assert.equal(holds(contexts.foreign), true)
    assert.equal(holds(contexts.transaction), false)
  })

  it('move to other folders and, for who insists, to other networks', async () => {
    const made = await json<KeyFacts>('account', 'new', ...unlocked('from'), ...online())
    const out = bench.path('moved.json')
    await json('account', 'export', made.address, '--out', out, ...unlocked('from'))
    const moved = ['account', 'import', out, ...unlocked('to')]
    const here = await json<KeyFacts>(...moved, ...online())
    assert.deepEqual({ ...here, file: '' }, { ...made, file: '' })
    const again = await bench.run(...moved, ...online())
    assertRefused(again, exitCodes.key, /NODE_KEY_PRESENT.*nothing to do/)

    const elsewhere = [...moved, '--network', foreign]
    assertRefused(await bench.run(...elsewhere), exitCodes.key, /IDENTITY_FOREIGN_NETWORK/)
    const there = await json<KeyFacts>(...elsewhere, '--i-know')
    assert.equal(there.keyHash, made.keyHash)
    assert.equal(there.networkId, hex(genesisHash(readGenesis(foreign))))
    const use = ['--from', there.file, '--to', rich, ...unlocked(), ...online()]
    assertRefused(await bench.run('send', ...use), exitCodes.key, /IDENTITY_FOREIGN_NETWORK/)

    const seed = bench.path('seed.out')
    const take = ['account', 'export', made.file, '--out', seed, '--seed', ...unlocked()]
    assert.equal((await bench.run(...take)).code, 0)
    if (process.platform !== 'win32') assert.equal(statSync(seed).mode & 0o777, 0o600)
    const source = ['account', 'import', seed, '--seed']
    const back = await json<KeyFacts>(...source, ...unlocked('back'), '--network', networkId)
    assert.equal(back.keyHash, made.keyHash)
    assertRefused(await bench.run(...take), exitCodes.failure, /NODE_FILE_EXISTS/)
  })

  it('get another password when they are exported', async () => {
    const out = bench.path('other-password.json')
    const next = ['--new-password-file', secret('next', 'battery staple')]
    await json('account', 'export', rich, '--out', out, ...next, ...unlocked())
    const sign = ['account', 'sign', out, 'text', '--password-file']
    const old = await bench.run(...sign, bench.path('password'))
    assertRefused(old, exitCodes.key, /IDENTITY_PASSWORD_WRONG/)
    assert.equal((await bench.run(...sign, bench.path('next'))).code, 0)
  })

  it('whose keys everybody has are taken on networks marked dev alone', async () => {
    const source = ['account', 'import', bench.path('seed'), '--seed', ...unlocked('published')]
    const refused = [
      [...source, '--network', 'mainnet'],
      [...source, '--network', 'testnet'],
      // What a node says of itself is not enough.
      [...source, ...online()],
      [...source, '--network', networkId, '--algorithm', 'ML-DSA-87'],
    ]
    await Promise.all(
      refused.map(async (line) => {
        assertRefused(await bench.run(...line), exitCodes.key, /NODE_KEY_PUBLISHED/)
      }),
    )
    const [own] = await json<KeyFacts[]>('account', 'show', rich, ...keys())
    const file = ['account', 'import', own!.file, '--i-know', ...unlocked('published')]
    assertRefused(
      await bench.run(...file, '--network', 'mainnet'),
      exitCodes.key,
      /NODE_KEY_PUBLISHED/,
    )
    const taken = await Promise.all(
      ['devnet', genesis].map((network) => json<KeyFacts>(...source, '--network', network)),
    )
    assert.deepEqual(
      taken.map(({ address }) => address),
      [rich, rich],
    )
  })

  it('refuse what cannot work, say what helps, and send nothing', async () => {
    const nonce = await node.ask('eth_getTransactionCount', rich, 'pending')
    const poor = await json<KeyFacts>('account', 'new', ...unlocked(), ...online())
    const [own] = await json<KeyFacts[]>('account', 'show', rich, ...keys())
    const text = readFileSync(own!.file, 'utf8')
    const exposed = secret('exposed.json', text)
    chmodSync(exposed, 0o644)
    const damaged = secret('damaged.json', text.replace(/"nonce": "0x../, '"nonce": "0x00'))
    const newer = secret('newer.json', text.replace('keystore/1', 'keystore/9'))
    const hostile = secret('hostile.json', text.replace('"memoryKiB": 8', '"memoryKiB": 99999999'))
    const readable = secret('readable.json', password)
    chmodSync(readable, 0o644)
    const to = ['--to', rich]
    const line = (...parameters: readonly string[]): Promise<Ended> =>
      bench.run('send', ...to, ...parameters, ...keys(), ...online())
    const pass = ['--password-file', bench.path('password')]
    const gone = ['--rpc', 'http://127.0.0.1:9']
    const cases: readonly (readonly [Promise<Ended>, number, RegExp])[] = [
      [line('--from', rich), exitCodes.key, /NODE_PASSWORD_SOURCE.*--password-file/],
      [
        line('--from', rich, '--password-file', bench.path('wrong')),
        exitCodes.key,
        /IDENTITY_PASSWORD_WRONG/,
      ],
      [
        line('--from', rich, '--password-file', bench.path('none')),
        exitCodes.failure,
        /NODE_FILE.*ENOENT/,
      ],
      [line('--from', rich, '--password-file', readable), exitCodes.key, /NODE_FILE_EXPOSED/],
      [line('--from', exposed, ...pass), exitCodes.key, /NODE_FILE_EXPOSED.*mode=644.*chmod/],
      [line('--from', damaged, ...pass), exitCodes.key, /IDENTITY_KEYSTORE_CORRUPTED/],
      [line('--from', newer, ...pass), exitCodes.key, /IDENTITY_KEYSTORE_VERSION/],
      [line('--from', hostile, ...pass), exitCodes.key, /IDENTITY_KEYSTORE_CORRUPTED/],
      [line('--from', genesis, ...pass), exitCodes.key, /NODE_FILE_EXPOSED/],
      [line('--from', `0x${'99'.repeat(20)}`, ...pass), exitCodes.key, /NODE_KEY_UNKNOWN/],
      [
        line('--from', rich, ...pass, '--chain-id', '6133'),
        exitCodes.transaction,
        /NODE_CHAIN_ID.*expected=6133, found=7227/,
      ],
      [line('--from', poor.address, ...pass), exitCodes.transaction, /NODE_UNFUNDED.*fund/],
      [
        line('--from', rich, '--value', '99999999', ...pass),
        exitCodes.transaction,
        /NODE_UNFUNDED/,
      ],
      [
        line('--from', rich, ...pass, '--gas', '21000'),
        exitCodes.transaction,
        /TX_GAS_LIMIT.*53644.*raise/,
      ],
      [
        line('--from', rich, ...pass, '--nonce', '0'),
        exitCodes.transaction,
        /NODE_REFUSED.*TX_NONCE_TOO_LOW/,
      ],
      [line('--from', rich, '--value', '1.2.3'), exitCodes.usage, /1\.5 for example|Give tokens/],
      [bench.run('send', '--from', rich, '--to', '0x12'), exitCodes.usage, /Give an address/],
      [
        bench.run('call', ...to, '--rpc', 'http://example.com'),
        exitCodes.unreachable,
        /NODE_RPC_URL.*ssh/,
      ],
      [bench.run('account', 'new', ...unlocked(), ...gone), exitCodes.unreachable, /UNREACHABLE/],
      [
        bench.run('wait', `0x${'ab'.repeat(32)}`, '--timeout', '0', ...online()),
        exitCodes.transaction,
        /NODE_WAIT/,
      ],
      [
        bench.run('deploy', bench.path('password'), '--from', rich, ...unlocked(), ...online()),
        exitCodes.failure,
        /NODE_BYTECODE/,
      ],
      [
        bench.run('account', 'import', bench.path('wrong'), '--seed', '--network', 'devnet'),
        exitCodes.key,
        /NODE_SEED/,
      ],
    ]
    for (const [ended, code, pattern] of cases) assertRefused(await ended, code, pattern)
    assert.equal(await node.ask('eth_getTransactionCount', rich, 'pending'), nonce)
  })

  it('believe no node that is none', async () => {
    const answers: readonly (readonly [body: string, pattern: RegExp, exitCode: number])[] = [
      ['no JSON', /NODE_UNREACHABLE/, exitCodes.unreachable],
      ['{}', /NODE_UNREACHABLE.*not a Pars node/, exitCodes.unreachable],
      ['[{"id":0,"result":"0x1g"}]', /NODE_ANSWER/, exitCodes.unreachable],
      ['[{"id":7,"result":"0x"}]', /NODE_REFUSED/, exitCodes.transaction],
      [
        '[{"id":0,"error":{"code":3,"message":"\\u001b[2Jgone\\r\\nnew line","data":"0x01"}}]',
        /^pars: NODE_REFUSED \(method=eth_call, data=0x01\): gone new line\n$/,
        exitCodes.transaction,
      ],
    ]
    const bodies = answers.map(([body]) => body)
    const server = createServer((_, response) => response.end(bodies.shift())).listen(
      0,
      '127.0.0.1',
    )
    try {
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      for (const [, pattern, exitCode] of answers) {
        const call = ['call', '--to', rich, '--rpc', `http://127.0.0.1:${port}`]
        assertRefused(await bench.run(...call), exitCode, pattern)
      }
    } finally {
      server.close()
    }
  })

  it('never show a password or a seed', () => {
    const folder = bench.path('keys')
    for (const name of readdirSync(folder)) {
      assert.doesNotMatch(readFileSync(`${folder}/${name}`, 'utf8'), /correct|0{60}/)
    }
    assert.doesNotMatch(node.command.stdout + node.command.stderr, /correct horse/)
  })
})
