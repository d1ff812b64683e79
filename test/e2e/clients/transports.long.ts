/** viem and ethers on WebSocket and IPC, as their makers ship them, against a node that runs. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import {
  Contract,
  ContractFactory,
  IpcSocketProvider,
  type JsonRpcApiProvider,
  JsonRpcProvider,
  parseEther as inWei,
  WebSocketProvider,
} from 'ethers'
import {
  type Block,
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseAbi,
  parseEther,
  type PublicClient,
  type Transport,
  webSocket,
} from 'viem'
import { ipc } from 'viem/node'
import { Web3 } from 'web3'

import { hex } from '#base'

import { accounts, sign } from '../../chain/engine/network.ts'
import { lacking } from '../../lacking.ts'
import { compile } from '../../precompiles/compile.ts'
import { StreamClient } from '../../rpc/socket-client.ts'
import { factsOf } from '../network.ts'
import { Bench, type Node } from '../node.ts'

const { abi: compiledAbi, bytecode } = compile('test/contracts/Notary.sol')['Notary']!
const abi = parseAbi([
  'event Attested(bytes32 indexed document, address indexed by, bool genuine)',
  'function attest(bytes32 document, bytes publicKey, bytes signature) returns (bool)',
])
const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const cast = path.resolve(
  `node_modules/@foundry-rs/cast-${process.platform}-${architecture}/bin/cast`,
)
const address = (account: number): Hex => hex(accounts[account]!.address)
const documentOf = (index: number): Hex => `0x${index.toString(16).padStart(64, '0')}`

describe('unmodified clients on long connections', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let node: Node
  let file: string
  let socket: string

  before(async () => {
    file = await bench.network('transports')
    socket = bench.path('data', 'pars.ipc')
    node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
  })
  after(() => bench[Symbol.asyncDispose]())

  const chain = defineChain({
    id: 7227,
    name: 'transports',
    nativeCurrency: { name: 'Pars', symbol: 'PARS', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })

  const ofViem: readonly (readonly [name: string, transport: () => Transport])[] = [
    ['http', () => http(node.url)],
    ['http on /eth in batches', () => http(`${node.url}/eth`, { batch: true })],
    ['ws', () => webSocket(node.url.replace('http', 'ws'))],
    ['ws on /eth', () => webSocket(`${node.url.replace('http', 'ws')}/eth`)],
    ['ipc', () => ipc(socket)],
  ]

  for (const [name, transport] of ofViem) {
    it(`viem transfers, deploys, and watches blocks and events over ${name}`, async () => {
      const connected = transport()
      const settings = { chain, transport: connected, pollingInterval: 50 }
      const client = createPublicClient(settings) as PublicClient
      const wallet = createWalletClient({ ...settings, account: address(0) })
      const wait = (hash: Hex) => client.waitForTransactionReceipt({ hash })
      const to: Hex = `0x${'f1'.repeat(20)}`
      const before = await client.getBalance({ address: to })
      await wait(await wallet.sendTransaction({ to, value: parseEther('2') }))
      assert.equal(await client.getBalance({ address: to }), before + parseEther('2'))
      const { contractAddress } = await wait(await wallet.deployContract({ abi, bytecode }))
      const notary = { address: contractAddress!, abi } as const

      const numbers: bigint[] = []
      const documents: Hex[] = []
      const errors: Error[] = []
      const done = Promise.withResolvers<void>()
      const onError = (error: Error) => void errors.push(error)
      const unwatch = [
        client.watchBlocks({
          emitMissed: true,
          onBlock: ({ number }: Block) => void numbers.push(number ?? 0n),
          onError,
        }),
        client.watchContractEvent({
          ...notary,
          eventName: 'Attested',
          onLogs(logs) {
            documents.push(...logs.map(({ args }) => args.document!))
            if (documents.length >= 3) done.resolve()
          },
          onError,
        }),
      ]
      // What watches by polling begins at its first poll.
      const first = await client.getBlockNumber({ cacheTime: 0 })
      while (numbers.length === 0) {
        await wait(await wallet.sendTransaction({ to, value: 1n }))
      }
      for (const index of [1, 2, 3]) {
        const args = [documentOf(index), '0x', '0x'] as const
        await wait(await wallet.writeContract({ ...notary, functionName: 'attest', args }))
      }
      await done.promise
      for (const stop of unwatch) stop()
      assert.deepEqual(documents, [1, 2, 3].map(documentOf))
      const [start = 0n] = numbers
      assert.ok(start >= first)
      assert.deepEqual(
        numbers,
        numbers.map((_, index) => start + BigInt(index)),
      )
      assert.deepEqual(errors, [])
      const opened = connected({ chain }).value as
        | { getRpcClient?: () => Promise<{ close(): void }> }
        | undefined
      ;(await opened?.getRpcClient?.())?.close()
    })
  }

  it('viem watches the pool and gets a receipt at once', async () => {
    const transport = webSocket(node.url.replace('http', 'ws'))
    const client = createPublicClient({ chain, transport }) as PublicClient
    const seen = Promise.withResolvers<readonly Hex[]>()
    const stop = client.watchPendingTransactions({ onTransactions: seen.resolve })
    const wallet = createWalletClient({ chain, transport: http(node.url) })
    await client.getBlockNumber()
    const { wire, hash } = sign(factsOf(file), 7)
    const receipt = await wallet.sendRawTransactionSync({ serializedTransaction: hex(wire) })
    assert.equal(receipt.transactionHash, hex(hash))
    assert.equal(receipt.status, 'success')
    assert.deepEqual(await seen.promise, [hex(hash)])
    stop()
    const { value } = transport({ chain })
    ;(await value?.getRpcClient())?.close()
  })

  const ofEthers: readonly (readonly [name: string, provider: () => JsonRpcApiProvider])[] = [
    ['http', () => new JsonRpcProvider(node.url, undefined, { pollingInterval: 50 })],
    ['ws', () => new WebSocketProvider(node.url.replace('http', 'ws'))],
    ['ipc', () => new IpcSocketProvider(socket)],
  ]

  for (const [name, connect] of ofEthers) {
    it(`ethers transfers, deploys, and listens to blocks and events over ${name}`, async () => {
      const provider = connect()
      try {
        const signer = await provider.getSigner(address(1))
        const to = `0x${'f2'.repeat(20)}`
        const transfer = await (await signer.sendTransaction({ to, value: inWei('2') })).wait()
        assert.equal(transfer?.status, 1)
        const deployed = await new ContractFactory([...compiledAbi], bytecode, signer).deploy()
        await deployed.waitForDeployment()
        const notary = new Contract(await deployed.getAddress(), compiledAbi, signer)
        const numbers: number[] = []
        const documents: string[] = []
        const done = Promise.withResolvers<void>()
        await provider.on('block', (number: number) => void numbers.push(number))
        await notary.on('Attested', (document: string) => {
          documents.push(document)
          if (documents.length >= 3) done.resolve()
        })
        while (numbers.length === 0) {
          await (await signer.sendTransaction({ to, value: 1n })).wait()
        }
        for (const index of [1, 2, 3]) {
          const written = await notary.getFunction('attest')(documentOf(index), '0x', '0x')
          await provider.waitForTransaction(written.hash as string)
        }
        await done.promise
        assert.deepEqual(documents, [1, 2, 3].map(documentOf))
        const [start = 0] = numbers
        assert.deepEqual(
          numbers,
          numbers.map((_, index) => start + index),
        )
      } finally {
        await provider.removeAllListeners()
        // It ends its filters behind its own back, and fails when it is gone by then.
        for (let call = 0; call < 3; call++) await provider.send('eth_chainId', [])
        provider.destroy()
      }
    })
  }

  it('web3.js follows heads and events over ws', async () => {
    const web3 = new Web3(node.url.replace('http', 'ws'))
    const from = address(4)
    const notary = await new web3.eth.Contract(abi).deploy({ data: bytecode }).send({ from })
    const heads = await web3.eth.subscribe('newBlockHeaders')
    const numbers: bigint[] = []
    heads.on('data', ({ number }) => void numbers.push(BigInt(number ?? 0)))
    const attested = notary.events.Attested()
    const documents: unknown[] = []
    const done = Promise.withResolvers<void>()
    attested.on('data', ({ returnValues }) => {
      documents.push(returnValues['document'])
      if (documents.length === 3) done.resolve()
    })
    await new Promise((resolve) => attested.once('connected', resolve))
    for (const index of [1, 2, 3]) {
      await notary.methods['attest']!(documentOf(index), '0x', '0x').send({ from })
    }
    await done.promise
    assert.deepEqual(documents, [1, 2, 3].map(documentOf))
    const [start = 0n] = numbers
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => start + BigInt(index)),
    )
    assert.ok(numbers.length >= 3)
    web3.currentProvider?.disconnect()
  })

  it('cast asks over ipc and ws', async function () {
    lacking(this, existsSync(cast) ? undefined : 'Foundry is not installed')
    const run = promisify(execFile)
    for (const url of [socket, node.url.replace('http', 'ws')]) {
      const { stdout } = await run(cast, ['chain-id', '--rpc-url', url])
      assert.equal(stdout.trim(), '7227')
    }
  })

  it('the socket is its owner’s, takes the place of one that a killed node left, and goes with the node', async () => {
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    await node.command.kill('SIGKILL')
    assert.ok(existsSync(socket))
    node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
    const client = await StreamClient.open(socket)
    assert.equal(await client.ask('eth_chainId'), '0x1c3b')
    const heads = await client.ask<string>('eth_subscribe', 'newHeads')
    await client.ask('eth_sendTransaction', { from: address(2), to: address(3) })
    await client.toldAtLeast(1, heads)
    const { code } = await node.stop()
    assert.equal(code, 0)
    await client.until(() => client.isClosed || undefined)
    assert.ok(!existsSync(socket))
  })
})
