/** Unmodified clients against the server: what they read, and what a dev network signs for them. */
import assert from 'node:assert/strict'

import { JsonRpcProvider, toQuantity } from 'ethers'
import { createPublicClient, createWalletClient, defineChain, http, parseEther } from 'viem'

import { hex } from '#base'
import type { DevSigner } from '#rpc'

import {
  account,
  accounts,
  contracts,
  emitterTopic,
  type FixtureChain,
  gwei,
  sign,
} from './fixture-chain.ts'
import { call, serve, type Served } from './fixture-server.ts'

const signer: DevSigner = {
  accounts: () => accounts,
  algorithm: () => 0x65,
  sign(request) {
    const index = accounts.findIndex((own) => hex(own) === hex(request.from))
    const signed = sign(index, {
      nonce: request.nonce,
      gasLimit: request.gas,
      maxFeePerGas: request.maxFeePerGas,
      maxPriorityFeePerGas: request.maxPriorityFeePerGas,
      to: request.to ?? new Uint8Array(0),
      value: request.value,
      data: request.data,
      accessList: request.accessList,
    })
    return Promise.resolve(signed)
  },
}

describe('clients read the chain', () => {
  let served: Served
  let chain: FixtureChain
  before(async () => {
    served = await serve({ signer })
    ;({ chain } = served)
  })
  after(() => served.server.close())

  describe('ethers 6', () => {
    let provider: JsonRpcProvider
    before(() => {
      provider = new JsonRpcProvider(served.url, undefined, { polling: true, pollingInterval: 20 })
    })
    after(() => provider.destroy())

    it('reads the network, blocks with transactions of type 80, and fees', async () => {
      assert.equal((await provider.getNetwork()).chainId, 7227n)
      const block = await provider.getBlock(1, true)
      assert.equal(block?.prefetchedTransactions.length, 2)
      const [creation, transfer] = block.prefetchedTransactions
      assert.equal(creation?.type, 0x50)
      assert.equal(creation.to, null)
      assert.equal(transfer?.from.toLowerCase(), account(1))
      assert.equal(transfer.maxFeePerGas, 10n * gwei)
      const fees = await provider.getFeeData()
      assert.equal(fees.maxPriorityFeePerGas, gwei)
    })

    it('reads transactions and receipts of type 80', async () => {
      const placed = chain.blocks[1]!.transactions[1]!
      const transaction = await provider.getTransaction(hex(placed.hash))
      assert.equal(transaction?.hash, hex(placed.hash))
      assert.equal(transaction.type, 0x50)
      const receipt = await provider.getTransactionReceipt(hex(placed.hash))
      assert.equal(receipt?.type, 0x50)
      assert.equal(receipt.status, 1)
      assert.equal(receipt.logs.length, 2)
      const logs = await provider.getLogs({ fromBlock: 0, topics: [hex(emitterTopic)] })
      assert.equal(logs.length, 3)
    })

    it('calls, estimates and reads state', async () => {
      assert.equal(await provider.call({ to: hex(contracts.echo), data: '0x1234' }), '0x1234')
      assert.equal(await provider.getTransactionCount(account(0)), 1)
      assert.equal(await provider.getStorage(account(0), 0n), `0x${'0'.repeat(64)}`)
      assert.equal(await provider.getCode(hex(contracts.echo), 'latest'), '0xfe')
      await assert.rejects(provider.call({ to: hex(contracts.revert) }), { code: 'CALL_EXCEPTION' })
    })

    it('sends through an account of the node and waits for its receipt', async () => {
      const from = await provider.getSigner(6)
      const sent = await from.sendTransaction({ to: account(0), value: 1n })
      assert.equal(sent.type, 0x50)
      chain.seal(chain.pooled.splice(0))
      assert.equal((await sent.wait())?.status, 1)
      const low = from.sendTransaction({ to: account(0), nonce: 0 })
      await assert.rejects(low, { code: 'NONCE_EXPIRED' })
    })
  })

  describe('viem', () => {
    const devnet = defineChain({
      id: 7227,
      name: 'devnet',
      nativeCurrency: { name: 'Pars', symbol: 'PARS', decimals: 18 },
      rpcUrls: { default: { http: [] } },
    })
    const client = (batch = false) =>
      createPublicClient({
        chain: devnet,
        transport: http(served.url, { batch, retryCount: 0 }),
        pollingInterval: 20,
      })

    it('reads blocks, transactions and receipts of type 80', async () => {
      const block = await client().getBlock({ blockNumber: 1n, includeTransactions: true })
      assert.equal(block.transactions.length, 2)
      const hash = hex(chain.blocks[1]!.transactions[1]!.hash)
      const transaction = await client().getTransaction({ hash })
      assert.equal(transaction.typeHex, '0x50')
      assert.equal(transaction.from, account(1))
      const receipt = await client().getTransactionReceipt({ hash })
      assert.equal(receipt.status, 'success')
      assert.equal(receipt.logs[1]?.logIndex, 1)
      const logs = await client().getLogs({ fromBlock: 0n, toBlock: 'latest' })
      assert.equal(logs.length, 3)
    })

    it('reads in batches', async () => {
      const batched = client(true)
      const balances = await Promise.all(
        accounts.map((own) => batched.getBalance({ address: hex(own) })),
      )
      assert.deepEqual(
        balances,
        accounts.map(() => 10n ** 24n),
      )
    })

    it('reads proofs, fee history and reverts', async () => {
      const proof = await client().getProof({
        address: account(0),
        storageKeys: [`0x${'0'.repeat(64)}`],
      })
      assert.equal(proof.storageProof.length, 1)
      const history = await client().getFeeHistory({ blockCount: 2, rewardPercentiles: [50] })
      assert.equal(history.reward?.length, 2)
      await assert.rejects(client().call({ to: hex(contracts.revert) }), /execution reverted/i)
    })

    it('sends through accounts of the node, each call with its own nonce', async () => {
      const wallet = createWalletClient({ chain: devnet, transport: http(served.url) })
      assert.equal((await wallet.getAddresses()).length, 10)
      const send = () =>
        wallet.sendTransaction({ account: account(7), to: account(0), value: parseEther('1') })
      const hashes = await Promise.all([send(), send(), send()])
      assert.equal(new Set(hashes).size, 3)
      const own = chain.pooled.filter(({ sender }) => hex(sender) === account(7))
      assert.deepEqual(
        own.map(({ nonce }) => nonce),
        [1n, 2n, 3n],
      )
    })
  })

  it('fills what a sender leaves open, and keeps what it says', async () => {
    const own = await serve({ signer })
    const sent = async (fields: object) => {
      const request = { from: account(8), to: account(0), ...fields }
      const { result, error } = await call(own.url, 'eth_sendTransaction', [request])
      assert.equal(error, undefined)
      const { result: transaction } = await call(own.url, 'eth_getTransactionByHash', [result])
      return transaction as Record<string, string>
    }
    const filled = await sent({})
    assert.equal(filled['nonce'], '0x1')
    assert.equal(filled['gas'], toQuantity(53_644))
    assert.equal(filled['maxPriorityFeePerGas'], toQuantity(gwei))
    assert.equal(filled['maxFeePerGas'], toQuantity(3n * gwei))
    assert.equal(own.chain.calls.at(-1)?.algorithm, 0x65)
    const legacy = await sent({ gasPrice: '0x5', gas: '0x30d40', data: '0x1234' })
    assert.deepEqual(
      [legacy['maxFeePerGas'], legacy['maxPriorityFeePerGas'], legacy['gas'], legacy['input']],
      ['0x5', '0x5', '0x30d40', '0x1234'],
    )
    const capped = await sent({ maxFeePerGas: '0x7' })
    assert.equal(capped['maxPriorityFeePerGas'], '0x7')
    const chosen = await sent({ nonce: '0x9', maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x2' })
    assert.deepEqual([chosen['nonce'], chosen['maxPriorityFeePerGas']], ['0x9', '0x2'])
    await own.server.close()
  })

  it('refuses to sign for strangers and for calls that would fail, and goes on', async () => {
    const stranger = { from: hex(contracts.echo), to: account(0) }
    for (const request of [stranger, { to: account(0) }]) {
      const { error } = await call(served.url, 'eth_sendTransaction', [request])
      assert.deepEqual([error?.code, error?.data?.['code']], [-32000, 'RPC_ACCOUNT_UNKNOWN'])
    }
    const failing = { from: account(9), to: hex(contracts.revert) }
    const reverted = await call(served.url, 'eth_sendTransaction', [failing])
    assert.equal(reverted.error?.code, 3)
    const { result } = await call(served.url, 'eth_sendTransaction', [
      { from: account(9), to: account(0) },
    ])
    assert.match(String(result), /^0x[0-9a-f]{64}$/)
  })
})
