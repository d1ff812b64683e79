/** viem, ethers and web3.js on both paths, with the keys that the node holds. */
import assert from 'node:assert/strict'

import { Contract, ContractFactory, JsonRpcProvider, parseEther as inWei } from 'ethers'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  parseAbi,
  parseEther,
} from 'viem'
import { Web3 } from 'web3'

import { hex, unhex } from '#base'
import { contexts } from '#protocol'

import { accounts, sign } from '../../chain/engine/network.ts'
import { compile } from '../../precompiles/compile.ts'
import { factsOf } from '../network.ts'
import { Bench, type Node } from '../node.ts'

const { abi: compiledAbi, bytecode } = compile('test/contracts/Notary.sol')['Notary']!
const abi = parseAbi([
  'event Attested(bytes32 indexed document, address indexed by, bool genuine)',
  'function attest(bytes32 document, bytes publicKey, bytes signature) returns (bool)',
  'function check(bytes32 document, bytes publicKey, bytes signature) view returns (bool)',
])

const document: Hex = `0x${'d0'.repeat(32)}`
const { key } = accounts[9]!
const publicKey = hex(key.publicKey)
const signature = hex(key.sign(unhex(document), contexts.foreign))
const forged: Hex = `${signature.slice(0, -2) as Hex}${signature.endsWith('00') ? '01' : '00'}`
const address = (account: number): Hex => hex(accounts[account]!.address)

const paths = [
  { path: '/', type: 0x50 },
  { path: '/eth', type: 2 },
] as const

for (const { path, type } of paths) {
  describe(`unmodified clients on ${path}`, function () {
    this.timeout(120_000)

    const bench = new Bench()
    let node: Node
    let url: string
    let file: string

    before(async () => {
      file = await bench.network('views')
      node = await bench.node('dev', '--genesis', file, '--data', bench.path('data'))
      url = path === '/' ? node.url : node.url + path
    })
    after(() => bench[Symbol.asyncDispose]())

    it('viem transfers, deploys, writes, reads and finds logs', async () => {
      const chain = defineChain({
        id: 7227,
        name: 'views',
        nativeCurrency: { name: 'Pars', symbol: 'PARS', decimals: 18 },
        rpcUrls: { default: { http: [url] } },
      })
      const client = createPublicClient({ chain, transport: http(), pollingInterval: 50 })
      const wallet = createWalletClient({ chain, transport: http(), account: address(0) })
      const wait = (hash: Hex) => client.waitForTransactionReceipt({ hash })

      const to: Hex = `0x${'f1'.repeat(20)}`
      const transfer = await wait(await wallet.sendTransaction({ to, value: parseEther('2') }))
      assert.equal(transfer.type, type === 2 ? 'eip1559' : '0x50')
      assert.equal(await client.getBalance({ address: to }), parseEther('2'))
      const { contractAddress } = await wait(await wallet.deployContract({ abi, bytecode }))
      const notary = { address: contractAddress!, abi } as const
      for (const given of [signature, forged]) {
        const args = [document, publicKey, given] as const
        const genuine = await client.readContract({ ...notary, functionName: 'check', args })
        assert.equal(genuine, given === signature)
        await wait(await wallet.writeContract({ ...notary, functionName: 'attest', args }))
      }
      const events = await client.getContractEvents({
        ...notary,
        eventName: 'Attested',
        fromBlock: 0n,
      })
      assert.deepEqual(
        events.map(({ args }) => args.genuine),
        [true, false],
      )
      const { blockNumber, transactionHash } = transfer
      const block = await client.getBlock({ blockNumber, includeTransactions: true })
      const shown = block.transactions.find(({ hash }) => hash === transactionHash)
      assert.equal(Number(shown?.typeHex), type)
      assert.deepEqual(await client.getTransaction({ hash: transactionHash }), shown)
    })

    it('ethers transfers, deploys, writes, reads and finds logs', async () => {
      const options = { polling: true, pollingInterval: 50 }
      const provider = new JsonRpcProvider(url, undefined, options)
      try {
        const signer = await provider.getSigner(address(1))
        const to = `0x${'f2'.repeat(20)}`
        const sent = await signer.sendTransaction({ to, value: inWei('2') })
        const transfer = await sent.wait()
        assert.deepEqual([sent.type, transfer?.type, transfer?.status], [type, type, 1])
        assert.equal(await provider.getBalance(to), inWei('2'))
        const deployed = await new ContractFactory([...compiledAbi], bytecode, signer).deploy()
        const notary = new Contract(await deployed.getAddress(), [...compiledAbi], signer)
        await deployed.waitForDeployment()
        for (const given of [signature, forged]) {
          const args = [document, publicKey, given]
          assert.equal(await notary.getFunction('check')(...args), given === signature)
          const written = await notary.getFunction('attest')(...args)
          await provider.waitForTransaction(written.hash as string)
        }
        const events = await notary.queryFilter('Attested', 0)
        assert.deepEqual(
          events.map(({ data }) => BigInt(data)),
          [1n, 0n],
        )
        const block = await provider.getBlock(transfer!.blockNumber, true)
        const shown = block?.prefetchedTransactions.find(({ hash }) => hash === sent.hash)
        assert.equal(shown?.type, type)
      } finally {
        provider.destroy()
      }
    })

    // It takes every transfer to cost 21,000 gas unless told otherwise.
    it('web3.js transfers, deploys, writes, reads and finds logs', async () => {
      const web3 = new Web3(url)
      web3.eth.transactionPollingInterval = 50
      const from = address(2)
      const to = `0x${'f3'.repeat(20)}`
      const transfer = await web3.eth.sendTransaction({ from, to, value: '3', gas: '60000' })
      assert.deepEqual([transfer.status, transfer.type], [1n, BigInt(type)])
      assert.equal(await web3.eth.getBalance(to), 3n)
      const notary = await new web3.eth.Contract(abi).deploy({ data: bytecode }).send({ from })
      for (const given of [signature, forged]) {
        const args = [document, publicKey, given] as const
        assert.equal(await notary.methods['check']!(...args).call(), given === signature)
        await notary.methods['attest']!(...args).send({ from })
      }
      const events = await notary.getPastEvents('Attested', { fromBlock: 0 })
      assert.deepEqual(
        events.map((event) => typeof event === 'object' && event.returnValues['genuine']),
        [true, false],
      )
      const { type: shown } = await web3.eth.getTransaction(transfer.transactionHash)
      assert.equal(shown, BigInt(type))
    })

    it('the pool shows what waits, by nonce and by lane', async () => {
      const from = address(3)
      const ahead = await node.ask<Hex>('eth_sendTransaction', { from, to: from, nonce: '0x7' })
      const soon = BigInt(Math.floor(Date.now() / 1000) + 600)
      const lane = sign(factsOf(file), 3, { nonceKey: 42n, nonce: 2n, validUntil: soon })
      assert.equal(await node.ask('eth_sendRawTransaction', hex(lane.wire)), hex(lane.hash))
      const provider = new JsonRpcProvider(url)
      try {
        const content = (await provider.send('txpool_contentFrom', [from])) as {
          readonly pending: object
          readonly queued: Readonly<Record<string, { readonly hash: Hex; readonly type: Hex }>>
        }
        assert.deepEqual(content.pending, {})
        assert.deepEqual(Object.keys(content.queued), ['7', '0x2a:2'])
        assert.deepEqual(
          Object.values(content.queued).map(({ hash }) => hash),
          [ahead, hex(lane.hash)],
        )
        for (const shown of Object.values(content.queued)) assert.equal(Number(shown.type), type)
        assert.deepEqual(await provider.send('txpool_status', []), {
          pending: '0x0',
          queued: '0x2',
        })
      } finally {
        provider.destroy()
      }
    })
  })
}
