/** Precompiles by others: from their packages into a genesis, into a node, into contracts. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

import { blake2b } from '@noble/hashes/blake2.js'
import {
  createPublicClient,
  createWalletClient,
  type Hex,
  http,
  parseEventLogs,
  type TransactionReceipt,
  toHex,
} from 'viem'

import type { GenesisDocument } from '#genesis'
import { keyFromSeed, testSeeds } from '#sdk'
import { parsChain, toParsAccount } from '#sdk/viem'

import { install, makeProject, repository } from '../examples/project.ts'
import { compile } from '../precompiles/compile.ts'
import { assertRefused, Bench, type Node } from './node.ts'

const { UseExamples } = compile('test/examples/UseExamples.sol')
const abi = UseExamples!.abi as readonly never[]
const counterAbi = JSON.parse(
  readFileSync(path.join(repository, 'examples/counter/abi.json'), 'utf8'),
) as readonly never[]
const counter: Hex = '0xc30a2ae3355a30d9b16d64f25c000c7df3ff2eed'
/** The first block in which the counter answers. */
const from = 12n

describe('precompiles from packages', function () {
  this.timeout(180_000)

  const bench = new Bench()
  const project = bench.path('project')
  let genesis: string
  let node: Node
  let use: Hex

  before(async () => {
    makeProject(project)
    for (const name of ['blake2b', 'counter']) {
      install(project, path.join(repository, 'examples', name))
    }
    genesis = await bench.network('plugins')
    for (const [name, height] of [
      ['blake2b', 0n],
      ['counter', from],
    ]) {
      const added = await bench.run(
        'genesis',
        'add-precompile',
        genesis,
        String(name),
        '--from',
        String(height),
        '--project',
        project,
      )
      assert.equal(added.code, 0, added.stderr)
      assert.match(added.stdout, /network id 0x[0-9a-f]{64}\nRun it with: pars run .* --plugins /)
    }
    node = await start()
  })
  after(() => bench[Symbol.asyncDispose]())

  const allowed = ['--plugins', 'blake2b,counter', '--project', project]

  function start(): Promise<Node> {
    return bench.node('dev', '--genesis', genesis, '--data', bench.path('data'), ...allowed)
  }

  async function clients() {
    const transport = http(node.url)
    const networkId = await node.ask<Hex>('pars_networkId')
    const chain = parsChain({ id: 7227, name: 'plugins', rpcUrl: node.url, networkId })
    const account = toParsAccount(keyFromSeed(testSeeds[0]!), { networkId })
    return {
      client: createPublicClient({ chain, transport, pollingInterval: 50 }),
      wallet: createWalletClient({ chain, account, transport }),
    }
  }

  async function write(
    functionName: string,
    args: readonly unknown[],
    value = 0n,
  ): Promise<TransactionReceipt> {
    const { client, wallet } = await clients()
    const call = { address: use, abi, functionName, args, value, gas: 500_000n }
    const hash = await wallet.writeContract(call as never)
    return client.waitForTransactionReceipt({ hash })
  }

  async function read<Result>(functionName: string, ...args: readonly unknown[]): Promise<Result> {
    const { client } = await clients()
    const call = { address: use, abi, functionName, args }
    return client.readContract(call)
  }

  it('answer a contract from the block of the schedule, and not before', async () => {
    const { client, wallet } = await clients()
    const hash = await wallet.deployContract({ abi, bytecode: UseExamples!.bytecode })
    const deployed = await client.waitForTransactionReceipt({ hash })
    use = deployed.contractAddress!
    assert.ok(deployed.blockNumber < from - 1n)
    assert.equal(await client.getCode({ address: counter }), undefined)
    const early = await write('increment', [1n])
    assert.equal(early.status, 'reverted')
    for (;;) {
      const { status, blockNumber } = await write('increment', [1n])
      assert.equal(status, blockNumber < from ? 'reverted' : 'success')
      if (blockNumber >= from) break
    }
    assert.equal(await client.getCode({ address: counter }), '0xfe')
    assert.equal(await read('total'), 1n)
  })

  it('compute, log, take value and pay it out, in transactions', async () => {
    const message = new Uint8Array(300).fill(7)
    const hashed = await write('hash', [toHex(message)])
    const [logged] = parseEventLogs({ abi, logs: hashed.logs }) as unknown as [
      { readonly args: { readonly hash: Hex } },
    ]
    assert.equal(logged.args.hash, toHex(blake2b(message, { dkLen: 32 })))

    const { client } = await clients()
    const split = await write('split', [], 1001n)
    const logs = parseEventLogs({ abi: counterAbi, logs: split.logs }) as unknown as readonly {
      readonly eventName: string
      readonly address: Hex
    }[]
    assert.deepEqual(
      logs.map(({ eventName, address }) => [eventName, address]),
      [
        ['Deposited', counter],
        ['Paid', counter],
      ],
    )
    assert.equal(await client.getBalance({ address: counter }), 501n)
  })

  it('are undone with what called them, and protected from borrowers and static calls', async () => {
    await write('incrementInVain', [])
    assert.equal(await read('total'), 1n)
    assert.equal(await read('lookAndTouch'), false)
    const { client } = await clients()
    const call = { address: use, abi, functionName: 'borrow' }
    assert.equal((await client.simulateContract(call as never)).result, false)
  })

  it('keep their state over a restart', async () => {
    const { code } = await node.stop()
    assert.equal(code, 0)
    node = await start()
    assert.equal(await read('total'), 1n)
    assert.equal((await write('increment', [6n])).status, 'success')
    assert.equal(await read('total'), 7n)
  })

  /** Runs the genesis, changed, in a data folder of its own, which must not come into being. */
  async function refused(
    flags: readonly string[],
    pattern: RegExp,
    change: (document: GenesisDocument) => void = () => undefined,
  ): Promise<void> {
    const file = bench.path('changed.json')
    const document = JSON.parse(readFileSync(genesis, 'utf8')) as GenesisDocument
    change(document)
    writeFileSync(file, JSON.stringify(document))
    const data = bench.path('untouched')
    const ended = await bench.run('run', '--genesis', file, '--data', data, '--port', '0', ...flags)
    assertRefused(ended, 5, pattern)
    assert.ok(!existsSync(data))
  }

  it('are refused when the operator has not listed the package', async () => {
    const flags = ['--plugins', 'blake2b', '--project', project]
    await refused(
      flags,
      /PRECOMPILE_NOT_ALLOWED \(module=counter, version=1\.0\.0\): .*--plugins counter/,
    )
  })

  it('are refused where the package is not installed', async () => {
    const elsewhere = ['--plugins', 'blake2b,counter', '--project', bench.path()]
    await refused(
      elsewhere,
      /PRECOMPILE_NOT_INSTALLED \(module=(?:blake2b|counter), project=.*npm install/,
    )
  })

  it('are refused when another version is installed', async () => {
    await refused(
      allowed,
      /PRECOMPILE_VERSION \(module=counter, expected=1\.0\.1, found=1\.0\.0, .*npm install --ignore-scripts counter@1\.0\.1/,
      (document) => void (entryOf(document, 'counter').version = '1.0.1'),
    )
  })

  it('are refused when the package promises something else', async () => {
    const other = `0x${'11'.repeat(32)}`
    await refused(
      allowed,
      new RegExp(
        `CHAIN_PRECOMPILE_SPEC \\(name=counter, version=1\\.0\\.0, expected=${other}, found=0x`,
      ),
      (document) => void (entryOf(document, 'counter').specHash = other),
    )
  })

  it('are refused when the package holds another precompile', async () => {
    await refused(
      allowed,
      /CHAIN_PRECOMPILE_MISSING \(name=abacus, version=1\.0\.0, from=12\): .*package counter holds another/,
      (document) => void (entryOf(document, 'counter').name = 'abacus'),
    )
  })

  it('are refused at an address that is not theirs', async () => {
    await refused(
      allowed,
      new RegExp(`CHAIN_PRECOMPILE_ADDRESS \\(.*expected=0x0{36}0999, found=${counter}`),
      (document) => void (entryOf(document, 'counter').address = `0x${'0'.repeat(36)}0999`),
    )
  })

  it('are refused when one byte of an installed file changed, and run again when it is back', async () => {
    const file = path.join(project, 'node_modules/counter/index.js')
    const kept = bench.path('kept.js')
    copyFileSync(file, kept)
    appendFileSync(file, '\n')
    await refused(
      allowed,
      /PRECOMPILE_INTEGRITY \(module=counter, expected=sha512-.*, found=sha512-/,
    )
    const again = ['--genesis', genesis, '--data', bench.path('data'), ...allowed]
    const reset = await bench.run('dev', '--reset', ...again)
    assertRefused(reset, 5, /PRECOMPILE_INTEGRITY/)
    copyFileSync(kept, file)
    await node.stop()
    node = await start()
    assert.equal(await read('total'), 7n)
  })

  it('are refused when a file was added, and when one is gone', async () => {
    const extra = path.join(project, 'node_modules/counter/extra.js')
    writeFileSync(extra, '')
    await refused(allowed, /PRECOMPILE_INTEGRITY/)
    rmSync(extra)
    const gone = path.join(project, 'node_modules/counter/README.md')
    const kept = bench.path('kept.md')
    copyFileSync(gone, kept)
    rmSync(gone)
    await refused(allowed, /PRECOMPILE_INTEGRITY/)
    copyFileSync(kept, gone)
  })

  it('are checked by pars genesis verify too', async () => {
    const good = await bench.run('genesis', 'verify', genesis, ...allowed)
    assert.equal(good.code, 0, good.stderr)
    assertRefused(await bench.run('genesis', 'verify', genesis), 5, /PRECOMPILE_NOT_ALLOWED/)
  })
})

function entryOf(document: GenesisDocument, name: string) {
  return document.precompiles.find((entry) => entry.name === name)!
}
