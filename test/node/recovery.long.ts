/** Recovery of an account by real commands, on a node whose clock the test sets forward. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Clock, hex, type Hex, silent } from '#base'
import { keyHash, mlDsa, type SigningKey } from '#crypto'
import { genesisHash } from '#genesis'
import { keyHashAddress } from '#protocol'

import { exitCodes } from '../../node/exit-codes.ts'
import { type RunningNode, runNode, systemClock } from '../../node/index.ts'
import { KeyFolder } from '../../node/keystore.ts'
import { waitForReceipt } from '../../node/receipt.ts'
import { RpcClient } from '../../node/rpc-client.ts'
import { accounts } from '../chain/engine/network.ts'
import { readGenesis } from '../e2e/network.ts'
import { assertRefused, Bench, type Ended } from '../e2e/node.ts'
import { password, seal } from '../identity/keys.ts'

const day = 86_400

interface Shown {
  readonly recoveryKeyHash: Hex | null
  readonly delay: number
  readonly cancels: number
  readonly pending: { readonly newKeyHash: Hex; readonly due: number } | null
  readonly next: { readonly recoveryKeyHash: Hex | null; readonly due: number } | null
  readonly now: number
}

interface Sent {
  readonly succeeded: boolean
  readonly file: string
}

describe('the recovery of an account', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const ahead = { seconds: 0 }
  const clock: Clock = {
    now: () => systemClock.now() + ahead.seconds * 1000,
    after: (delay, task) => systemClock.after(delay, task),
  }
  let node: RunningNode
  let networkId: Uint8Array
  let owner: Hex
  let ownerFile: string
  let guardian: Hex
  let guardianHash: Hex
  after(async () => {
    await node[Symbol.asyncDispose]()
    await bench[Symbol.asyncDispose]()
  })

  const unlocked = (): string[] => [
    '--keys',
    bench.path('keys'),
    '--password-file',
    bench.path('password'),
    '--rpc',
    node.url,
  ]

  function recovery(...parameters: readonly string[]): Promise<Ended> {
    return bench.run('account', 'recovery', ...parameters, ...unlocked())
  }

  async function done(...parameters: readonly string[]): Promise<Sent> {
    const { code, stdout, stderr } = await recovery(...parameters, '--json')
    assert.equal(code, 0, stderr)
    const sent = JSON.parse(stdout) as Sent
    assert.equal(sent.succeeded, true)
    return sent
  }

  async function show(): Promise<Shown> {
    const shown = ['account', 'recovery', 'show', owner, '--rpc', node.url]
    const { code, stdout, stderr } = await bench.run(...shown, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Shown
  }

  /** A key that costs little to open, and its file. */
  async function keep(key: SigningKey): Promise<string> {
    const keystore = await seal({ key, networkId, password })
    return new KeyFolder(bench.path('keys')).add(keystore)
  }

  /** Until the head is as late as the clock: an empty block follows when nothing comes for long. */
  async function pass(seconds: number): Promise<void> {
    ahead.seconds += seconds
    const wanted = BigInt(Math.floor(clock.now() / 1000)) - 60n
    const { promise, resolve } = Promise.withResolvers<void>()
    const stop = node.chain.onHead(({ header }) => {
      if (header.timestamp >= wanted) resolve()
    })
    await promise
    stop()
  }

  before(async () => {
    const file = await bench.network('recovered')
    const genesis = readGenesis(file)
    networkId = genesisHash(genesis)
    node = await runNode({
      genesis,
      data: bench.path('data'),
      host: '127.0.0.1',
      port: 0,
      archive: false,
      devKeys: true,
      allowedHosts: [],
      allowedOrigins: [],
      modules: [],
      log: silent,
      clock,
    })
    writeFileSync(bench.path('password'), `${password}\n`, { mode: 0o600 })
    const keys = [1, 2].map((byte) => mlDsa(0x44).fromSeed(new Uint8Array(32).fill(byte)))
    const [ownerHash, otherHash] = keys.map((key) => keyHash(key.algorithm, key.publicKey))
    owner = hex(keyHashAddress(ownerHash!))
    guardian = hex(keyHashAddress(otherHash!))
    guardianHash = hex(otherHash!)
    ownerFile = await keep(keys[0]!)
    await keep(keys[1]!)
    const rpc = new RpcClient(node.url)
    for (const to of [owner, guardian]) {
      const gift = { from: hex(accounts[0]!.address), to, value: '0x8ac7230489e80000' }
      await waitForReceipt(rpc, await rpc.ask('eth_sendTransaction', gift), 30)
    }
  })

  it('is not set up at first, and cannot be started, cancelled or finished', async () => {
    const { recoveryKeyHash, pending } = await show()
    assert.deepEqual([recoveryKeyHash, pending], [null, null])
    const from = ['--from', guardian]
    for (const [line, pattern] of [
      [['start', owner, '--recovery-key', guardian], /NODE_RECOVERY_NONE.*names no recovery key/],
      [['cancel', owner], /NODE_RECOVERY_NONE.*no recovery is under way/],
      [['finish', owner, ...from], /NODE_RECOVERY_NONE/],
    ] as const) {
      assertRefused(await recovery(...line), exitCodes.transaction, pattern)
    }
  })

  it('is set up with a key and a delay that make sense', async () => {
    const set = ['set', owner, '--recovery-key', guardian]
    const long = await recovery(...set, '--delay', '366d')
    assertRefused(long, exitCodes.usage, /1d to 365d/)
    assertRefused(await recovery(...set, '--delay', '23h'), exitCodes.usage, /1d to 365d/)
    assertRefused(await recovery(...set), exitCodes.usage, /--recovery-key and --delay/)
    assertRefused(
      await recovery('set', owner, '--recovery-key', owner, '--delay', '1d'),
      exitCodes.key,
      /NODE_RECOVERY_KEY.*cannot recover it/,
    )
    await done(...set, '--delay', '1d')
    const shown = await show()
    assert.equal(shown.recoveryKeyHash, guardianHash)
    assert.equal(shown.delay, day)
    const text = await bench.run('account', 'recovery', 'show', owner, '--rpc', node.url)
    assert.match(text.stdout, new RegExp(`recovery key ${guardianHash}\n +delay +1 days\n`))
  })

  it('is started by that key alone, once, and writes nothing when it is refused', async () => {
    const files = readdirSync(bench.path('keys'))
    assertRefused(
      await recovery('start', owner, '--recovery-key', owner),
      exitCodes.key,
      /NODE_RECOVERY_KEY/,
    )
    assert.deepEqual(readdirSync(bench.path('keys')), files)
    const { file } = await done('start', owner, '--recovery-key', guardian)
    const { pending, now } = await show()
    assert.ok(pending!.due - now <= day && pending!.due - now > day - 60)
    assert.ok(file.includes(pending!.newKeyHash.slice(2, 10)))
    assertRefused(
      await recovery('start', owner, '--recovery-key', guardian),
      exitCodes.transaction,
      /NODE_RECOVERY_UNDER_WAY/,
    )
    assert.equal(readdirSync(bench.path('keys')).length, files.length + 1)
  })

  it('is not finished before it is due, and the account can cancel it until then', async () => {
    assertRefused(
      await recovery('finish', owner, '--from', guardian),
      exitCodes.transaction,
      /NODE_RECOVERY_EARLY.*due=20\d\d-.*come back/,
    )
    await done('cancel', ownerFile)
    const { pending, cancels, delay } = await show()
    assert.deepEqual([pending, cancels, delay], [null, 1, 2 * day])
  })

  it('gives the account the new key when the delay is over, whoever calls', async () => {
    const { file } = await done('start', owner, '--recovery-key', guardian)
    await pass(day + 60)
    assertRefused(
      await recovery('finish', owner, '--from', guardian),
      exitCodes.transaction,
      /NODE_RECOVERY_EARLY/,
    )
    await pass(day)
    await done('finish', owner, '--from', guardian)
    const { pending, cancels, delay } = await show()
    assert.deepEqual([pending, cancels, delay], [null, 0, day])

    const send = ['--to', hex(accounts[0]!.address), ...unlocked()]
    const old = await bench.run('send', '--from', ownerFile, ...send)
    assertRefused(old, exitCodes.key, /NODE_KEY_REPLACED/)
    const next = await bench.run('send', '--from', file, ...send)
    assert.equal(next.code, 0, next.stderr)
  })

  it('is changed and removed after the delay in force', async () => {
    await done('set', owner, '--remove')
    const { recoveryKeyHash, next, now } = await show()
    assert.equal(recoveryKeyHash, guardianHash)
    assert.equal(next!.recoveryKeyHash, null)
    assert.ok(next!.due > now)
    await pass(day + 60)
    assert.equal((await show()).recoveryKeyHash, null)
  })

  it('is shown whole where the account names no key any more', async () => {
    const [key, due] = ['ab'.repeat(32), 1_800_000_000]
    const words = [0, 0, 0, key, due, 0, 0, 0].map((word) => {
      return typeof word === 'string' ? word : word.toString(16).padStart(64, '0')
    })
    const answers = [
      { id: 0, result: `0x${words.join('')}` },
      { id: 1, result: { timestamp: '0x1' } },
    ]
    const server = createServer((_, response) => response.end(JSON.stringify(answers)))
    try {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { stdout } = await bench.run('account', 'recovery', 'show', owner, '--rpc', url)
      assert.match(stdout, /recovery key none/)
      assert.match(stdout, new RegExp(`under way +to key 0x${key}, due 2027-01-15T08:00:00Z`))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
