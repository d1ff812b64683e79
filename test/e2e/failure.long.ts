/** What commands about accounts say when they fail, to programs above all. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { hex, type Hex } from '#base'
import { addressOfKey, mlDsa } from '#crypto'

import { exitCodes } from '../../node/exit-codes.ts'
import { KeyFolder } from '../../node/keystore.ts'
import { seal } from '../identity/keys.ts'
import { assertRefused, failureIn } from './node.ts'
import { algorithm, ProxyBench, relayed, rich } from './proxy-bench.ts'

interface KeyFacts {
  readonly address: Hex
  readonly file: string
}

interface Sent {
  readonly hash: Hex
  readonly succeeded: boolean
  readonly file: string
}

describe('a failure', function () {
  this.timeout(120_000)

  const bench = new ProxyBench()
  before(() => bench.prepare())
  after(() => bench[Symbol.asyncDispose]())

  const keys = (folder = 'keys'): string[] => ['--keys', bench.path(folder)]
  const unlocked = (folder?: string): string[] => [
    ...keys(folder),
    '--password-file',
    bench.path('password'),
  ]
  const online = (): string[] => ['--rpc', bench.upstream.url]

  async function json<Result>(...parameters: readonly string[]): Promise<Result> {
    const { code, stdout, stderr } = await bench.run(...parameters, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Result
  }

  /** The address of a key that costs little to open. */
  async function funded(byte: number): Promise<Hex> {
    const key = mlDsa(algorithm).fromSeed(new Uint8Array(32).fill(byte))
    await bench.keep(key)
    const address = hex(addressOfKey(algorithm, key.publicKey))
    const gift = ['--from', rich, '--to', address, '--value', '10']
    await json('send', ...gift, ...unlocked(), ...online())
    return address
  }

  it('is told to programs as to people: code, facts, cure and exit code', async () => {
    const from = ['--from', rich, '--to', rich, ...unlocked(), '--json']
    const away = ['--rpc', 'http://127.0.0.1:9']
    const cases: readonly (readonly [line: readonly string[], code: string, exitCode: number])[] = [
      [['send', ...from, ...away], 'NODE_UNREACHABLE', exitCodes.unreachable],
      [['send', ...from, ...online(), '--gas', '21000'], 'TX_GAS_LIMIT', exitCodes.transaction],
      [['deploy', bench.path('none'), ...from.slice(0, 2), '--json'], 'NODE_BYTECODE', 1],
      [['wait', `0x${'ab'.repeat(32)}`, '--json', ...away], 'NODE_UNREACHABLE', 7],
      [['account', 'show', `0x${'99'.repeat(20)}`, ...keys(), '--json'], 'NODE_KEY_UNKNOWN', 8],
      [['account', 'recovery', 'show', rich, '--json', ...away], 'NODE_UNREACHABLE', 7],
      [['genesis', 'verify', bench.path('none'), '--json'], 'GENESIS_UNREADABLE', 5],
      [['config', 'print', '--config', bench.path('none'), '--json'], 'NODE_FILE', 1],
    ]
    for (const [line, code, exitCode] of cases) {
      const ended = await bench.run(...line)
      const failure = failureIn(ended)
      assert.deepEqual([failure.code, failure.exitCode], [code, exitCode])
      assert.ok((failure.cure ?? '').length > 0, code)
      assert.equal(ended.stdout, '')
    }
    const sent = await bench.run('send', ...from, ...online(), '--value', '99999999')
    const { facts } = failureIn(sent)
    const balance = await bench.upstream.ask<string>('eth_getBalance', rich, 'latest')
    assert.equal(BigInt(String(facts['balance'])), BigInt(balance))
  })

  it('tells what may be in a block whatever fails after it was sent', async () => {
    const from = ['--from', rich, '--to', rich, ...unlocked(), ...online()]
    const impatient = await bench.run('send', ...from, '--timeout', '0', '--json')
    const { code, facts } = failureIn(impatient)
    assert.equal(code, 'NODE_WAIT')
    const { hash } = JSON.parse(impatient.stdout) as Sent
    assert.equal(facts['hash'], hash)
    assert.equal((await json<Sent>('wait', hash, ...online())).succeeded, true)

    const account = await funded(1)
    const rotate = ['account', 'rotate', account, ...unlocked(), ...online()]
    const rotated = await bench.run(...rotate, '--timeout', '0', '--json')
    assert.equal(failureIn(rotated).code, 'NODE_WAIT')
    const { file, hash: rotation } = JSON.parse(rotated.stdout) as Sent
    const [next] = await json<KeyFacts[]>('account', 'show', file)
    assert.equal(next!.address, account)
    assert.equal((await json<Sent>('wait', rotation, ...online())).succeeded, true)
  })

  it('tells where a new key is when the node refuses the rotation, and the hash when it is gone', async () => {
    const account = await funded(2)
    for (const [instead, code, hasHash] of [
      [
        '[{"id":0,"error":{"code":-32003,"message":"no","data":{"code":"POOL_FULL"}}}]',
        'NODE_REFUSED',
        false,
      ],
      [
        '[{"id":0,"error":{"code":-32002,"message":"slow","data":{"code":"RPC_TIMEOUT_SENDING"}}}]',
        'NODE_REFUSED',
        true,
      ],
      ['gone', 'NODE_UNREACHABLE', true],
    ] as const) {
      const server = createServer((incoming, outgoing) => {
        void relayed(incoming, bench.upstream.url, (body) => {
          return body.includes('eth_sendRawTransaction') ? instead : undefined
        }).then((text) => outgoing.end(text))
      }).listen(0, '127.0.0.1')
      try {
        await once(server, 'listening')
        const { port } = server.address() as AddressInfo
        const rotate = ['account', 'rotate', account, '--rpc', `http://127.0.0.1:${port}`]
        const ended = await bench.run(...rotate, ...unlocked(), '--json')
        assert.equal(failureIn(ended).code, code)
        const { file, hash } = JSON.parse(ended.stdout) as Partial<Sent>
        assert.ok(existsSync(file ?? ''))
        assert.equal(hash !== undefined, hasHash)
      } finally {
        server.closeAllConnections()
        server.close()
      }
    }
  })

  it('is a list of keys with files among them that are none', async () => {
    const folder = 'mixed'
    await new KeyFolder(bench.path(folder)).add(await seal())
    const [made] = await json<KeyFacts[]>('account', 'list', ...keys(folder))
    const damaged = bench.secret(`${folder}/damaged.json`, '{}')
    const ended = await bench.run('account', 'list', ...keys(folder), '--json')
    assert.equal(ended.code, exitCodes.key)
    const [first, second, ...others] = JSON.parse(ended.stdout) as readonly {
      readonly file: string
      readonly fault?: { readonly code: string; readonly cure: string }
    }[]
    assert.deepEqual(first, made)
    assert.deepEqual([second?.file, others], [damaged, []])
    assert.match(second?.fault?.code ?? '', /^IDENTITY_KEYSTORE_/)
    const text = await bench.run('account', 'list', ...keys(folder))
    assertRefused(text, exitCodes.key, /damaged\.json: IDENTITY_KEYSTORE_/)
    assert.match(text.stdout, new RegExp(made!.address))
  })

  it('repeats no token of an address that has one', async () => {
    const secret = 'ab'.repeat(32)
    for (const [url, cure] of [
      [`http://pars:${secret}@127.0.0.1:8546`, /belongs to a proxy/],
      [`http://pars:${secret}@example.com`, /ssh/],
      [`https://${secret}@127.0.0.1/eth`, /ssh/],
      [`pars:${secret}@127.0.0.1:8546`, /ssh/],
    ] as const) {
      const ended = await bench.run('call', '--to', rich, '--rpc', url)
      assertRefused(ended, exitCodes.unreachable, cure)
      assert.match(ended.stderr, /NODE_RPC_URL \(url=/)
      assert.doesNotMatch(ended.stderr, new RegExp(secret))
    }
  })
})
