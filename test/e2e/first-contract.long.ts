/** From an empty folder to a contract that checks ML-DSA signatures, with unmodified clients. */
import assert from 'node:assert/strict'

import { Contract, Interface, JsonRpcProvider } from 'ethers'
import {
  createPublicClient,
  createWalletClient,
  decodeEventLog,
  defineChain,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
  http,
  parseAbi,
} from 'viem'

import { hex, unhex } from '#base'
import { contexts, type UnsignedTransaction } from '#protocol'

import { accounts, gwei, type NetworkFacts, sign } from '../chain/engine/network.ts'
import { compile } from '../precompiles/compile.ts'
import { factsOf } from './network.ts'
import { Bench, type Node } from './node.ts'

const contracts = compile('test/contracts/Notary.sol')
const notaryAbi = parseAbi([
  'event Attested(bytes32 indexed document, address indexed by, bool genuine)',
  'function attest(bytes32 document, bytes publicKey, bytes signature) returns (bool)',
  'function check(bytes32 document, bytes publicKey, bytes signature) view returns (bool)',
  'function attestations(bytes32 document) view returns (uint256)',
])
const deskAbi = parseAbi([
  'constructor(address notary)',
  'function submit(bytes32 document, bytes publicKey, bytes signature) returns (bool)',
])

const document: Hex = `0x${'d0'.repeat(32)}`
const notaryKey = accounts[7]!.key
const publicKey = hex(notaryKey.publicKey)
const signature = hex(notaryKey.sign(unhex(document), contexts.foreign))
const last = signature.endsWith('00') ? '01' : '00'
const forged: Hex = `${signature.slice(0, -2) as Hex}${last}`

interface Receipt {
  readonly status: Hex
  readonly type: Hex
  readonly blockNumber: Hex
  readonly contractAddress: Hex | null
  readonly gasUsed: Hex
  readonly logs: readonly { readonly address: Hex; readonly topics: Hex[]; readonly data: Hex }[]
}

const address = (account: number): Hex => hex(accounts[account]!.address)

describe('the first contract', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let node: Node
  let network: NetworkFacts
  let notary: Hex
  let desk: Hex
  const hashes: Hex[] = []

  before(async () => {
    const file = await bench.network('contract')
    network = factsOf(file)
    node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
  })
  after(() => bench[Symbol.asyncDispose]())

  /** Signed here, sent raw. */
  async function sendRaw(account: number, fields: Partial<UnsignedTransaction>): Promise<Receipt> {
    const to = fields.to === undefined || fields.to.length === 0 ? undefined : hex(fields.to)
    const gas = await node.ask<Hex>('eth_estimateGas', {
      from: address(account),
      ...(to === undefined ? {} : { to }),
      data: hex(fields.data!),
    })
    const nonce = await node.ask<Hex>('eth_getTransactionCount', address(account), 'pending')
    const { hash, wire } = sign(network, account, {
      value: 0n,
      gasLimit: BigInt(gas),
      nonce: BigInt(nonce),
      maxFeePerGas: 10n * gwei,
      ...fields,
    })
    assert.equal(await node.ask('eth_sendRawTransaction', hex(wire)), hex(hash))
    hashes.push(hex(hash))
    return node.receipt<Receipt>(hex(hash))
  }

  /** Signed by the node with a published key. */
  async function send(account: number, call: { to?: Hex; data: Hex }): Promise<Receipt> {
    const request = { from: address(account), ...call }
    const hash = await node.ask<Hex>('eth_sendTransaction', request)
    hashes.push(hash)
    return node.receipt<Receipt>(hash)
  }

  it('is deployed by a raw transaction of type 0x50, and a second one by the node itself', async () => {
    const data = unhex(contracts['Notary']!.bytecode)
    const first = await sendRaw(0, { to: new Uint8Array(0), data })
    assert.equal(first.status, '0x1')
    assert.equal(first.type, '0x50')
    notary = first.contractAddress!
    const { bytecode } = contracts['Desk']!
    const second = await send(1, {
      data: encodeDeployData({ abi: deskAbi, bytecode, args: [notary] }),
    })
    assert.equal(second.status, '0x1')
    desk = second.contractAddress!
    for (const contract of [notary, desk]) {
      assert.ok((await node.ask<Hex>('eth_getCode', contract, 'latest')).length > 100)
    }
  })

  it('tells a true signature from a flipped one, called directly and through an interface', async () => {
    const attest = (genuine: boolean): Hex =>
      encodeFunctionData({
        abi: notaryAbi,
        functionName: 'attest',
        args: [document, publicKey, genuine ? signature : forged],
      })
    const submit = (genuine: boolean): Hex =>
      encodeFunctionData({
        abi: deskAbi,
        functionName: 'submit',
        args: [document, publicKey, genuine ? signature : forged],
      })
    const outcomes = [
      [await sendRaw(2, { to: unhex(notary), data: unhex(attest(true)) }), true, address(2)],
      [await sendRaw(2, { to: unhex(notary), data: unhex(attest(false)) }), false, address(2)],
      [await send(3, { to: desk, data: submit(true) }), true, desk],
      [await send(3, { to: desk, data: submit(false) }), false, desk],
    ] as const
    for (const [receipt, genuine, by] of outcomes) {
      assert.equal(receipt.status, '0x1')
      assert.equal(receipt.logs.length, 1)
      const { topics, data } = receipt.logs[0]!
      const { args } = decodeEventLog({ abi: notaryAbi, topics: topics as [Hex], data })
      assert.ok(args)
      assert.equal(args.genuine, genuine)
      assert.equal(args.by.toLowerCase(), by)
    }
    const [one] = hashes.slice(-1)
    const logs = await node.ask<{ transactionHash: Hex }[]>('eth_getLogs', {
      fromBlock: '0x0',
      address: notary,
      topics: [null, document],
    })
    assert.equal(logs.length, 4)
    assert.equal(logs.at(-1)?.transactionHash, one)
  })

  it('is read and called by viem', async () => {
    const chain = defineChain({
      id: 7227,
      name: 'contract',
      nativeCurrency: { name: 'Pars', symbol: 'PARS', decimals: 18 },
      rpcUrls: { default: { http: [node.url] } },
    })
    const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
    const check = (given: Hex): Promise<boolean> =>
      client.readContract({
        address: notary,
        abi: notaryAbi,
        functionName: 'check',
        args: [document, publicKey, given],
      })
    assert.equal(await check(signature), true)
    assert.equal(await check(forged), false)
    const wallet = createWalletClient({ chain, transport: http(), account: address(4) })
    const hash = await wallet.writeContract({
      address: notary,
      abi: notaryAbi,
      functionName: 'attest',
      args: [document, publicKey, signature],
    })
    const receipt = await client.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    assert.equal(receipt.type, '0x50')
    const transaction = await client.getTransaction({ hash })
    assert.equal(transaction.typeHex, '0x50')
    assert.equal(transaction.from, address(4))
    const block = await client.getBlock({ blockHash: receipt.blockHash, includeTransactions: true })
    assert.ok(block.transactions.some((one) => one.hash === hash))
    const events = await client.getContractEvents({
      address: notary,
      abi: notaryAbi,
      eventName: 'Attested',
      args: { document },
      fromBlock: 0n,
    })
    assert.deepEqual(
      events.map(({ args }) => args.genuine),
      [true, false, true, false, true],
    )
  })

  it('is read and called by ethers', async () => {
    const provider = new JsonRpcProvider(node.url, undefined, {
      polling: true,
      pollingInterval: 50,
    })
    try {
      const signer = await provider.getSigner(address(5))
      const contract = new Contract(notary, new Interface(contracts['Notary']!.abi), signer)
      assert.equal(await contract.getFunction('check')(document, publicKey, signature), true)
      assert.equal(await contract.getFunction('check')(document, publicKey, forged), false)
      const sent = await contract.getFunction('attest')(document, publicKey, signature)
      const receipt = await provider.waitForTransaction(sent.hash as string)
      assert.equal(receipt?.status, 1)
      assert.equal(receipt.type, 80)
      const transaction = await provider.getTransaction(receipt.hash)
      assert.equal(transaction?.type, 80)
      assert.equal(transaction.from.toLowerCase(), address(5))
      const block = await provider.getBlock(receipt.blockNumber, true)
      assert.ok(block?.prefetchedTransactions.some(({ hash }) => hash === receipt.hash))
      assert.equal(await contract.getFunction('attestations')(document), 4n)
      assert.equal((await contract.queryFilter('Attested', 0)).length, 6)
    } finally {
      provider.destroy()
    }
  })

  it('stands in a chain that is there again after a stop', async () => {
    const before = await node.ask('eth_getBlockByNumber', 'latest', true)
    const { number } = before as { number: Hex }
    assert.equal((await node.stop()).code, 0)
    node = await bench.node(
      'dev',
      '--genesis',
      bench.path('contract.json'),
      '--data',
      bench.path('data'),
    )
    assert.deepEqual(await node.ask('eth_getBlockByNumber', number, true), before)
    for (const hash of hashes) {
      assert.equal((await node.receipt<Receipt>(hash)).status, '0x1')
    }
  })
})
