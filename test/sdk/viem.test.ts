/** The quick start's promises, with unmodified viem against a node. */
import assert from 'node:assert/strict'

import {
  BaseError,
  createPublicClient,
  createWalletClient,
  custom,
  decodeEventLog,
  getAddress,
  getContract,
  type Hex,
  http,
  parseAbi,
  parseEther,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import { hex } from '#base'
import {
  accountsContract,
  contexts,
  generateKey,
  type Key,
  keyFromSeed,
  mldsaVerifyCall,
  noncesContract,
  proofOfPossession,
  registration,
  testSeeds,
} from '#sdk'
import {
  accounts,
  nonces,
  type ParsLocalAccount,
  parsChain,
  toParsAccount,
  verifyMlDsa,
} from '#sdk/viem'

import { Bench, type Node } from '../e2e/node.ts'
import { compile } from '../precompiles/compile.ts'

const notary = compile('test/contracts/Notary.sol')['Notary']!
const notaryAbi = parseAbi([
  'event Attested(bytes32 indexed document, address indexed by, bool genuine)',
  'function attest(bytes32 document, bytes publicKey, bytes signature) returns (bool)',
  'function check(bytes32 document, bytes publicKey, bytes signature) view returns (bool)',
  'function attestations(bytes32 document) view returns (uint256)',
])
const document: Hex = `0x${'d0'.repeat(32)}`

function keyNumber(index: number): Key {
  return keyFromSeed(testSeeds[index]!)
}

/** Every message of an error and its causes: what a developer reads in the terminal. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return `${error.message}\n${words(error.cause)}`
}

const refusal = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => assert.fail('was not refused'),
    (error: unknown) => words(error),
  )

describe('viem with the SDK', function () {
  this.timeout(120_000)

  const bench = new Bench()
  let node: Node
  let chain: ReturnType<typeof parsChain>
  let networkId: Hex

  before(async () => {
    const genesis = await bench.network('viem')
    node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    networkId = await node.ask('pars_networkId')
    chain = parsChain({ id: 7227, name: 'viem', rpcUrl: node.url, networkId })
  })
  after(() => bench[Symbol.asyncDispose]())

  const reader = () => createPublicClient({ chain, transport: http(), pollingInterval: 50 })
  const walletOf = (account: ParsLocalAccount) =>
    createWalletClient({ account, chain, transport: http() })
  const wallet = (index: number) => walletOf(toParsAccount(keyNumber(index), { networkId }))
  const confirmed = async (hash: Hex) => {
    const receipt = await reader().waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    return receipt
  }
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`transfers to and from a new account of ML-DSA-${algorithm.toString(16)}`, async () => {
      const { key, seed } = generateKey({ algorithm })
      assert.deepEqual(keyFromSeed(seed, { algorithm }).keyHash, key.keyHash)
      await confirmed(await wallet(0).sendTransaction({ to: key.address, value: parseEther('1') }))
      assert.equal(await reader().getBalance({ address: key.address }), parseEther('1'))
      const fresh = walletOf(toParsAccount(key, { networkId }))
      const hash = await fresh.sendTransaction({ to: keyNumber(0).address, value: 5n })
      const receipt = await confirmed(hash)
      assert.equal(receipt.type, 'mldsa')
      assert.equal(receipt.from, key.address)
      const transaction = await reader().getTransaction({ hash })
      assert.equal(transaction.type, 'mldsa')
      assert.equal(transaction.pqAlgorithm, algorithm)
      assert.equal(transaction.pqPublicKey, hex(key.engine.publicKey))
      assert.equal(transaction.gas, receipt.gasUsed)
      assert.equal(transaction.value, 5n)
      assert.ok(!('r' in transaction))
    })
  }

  it('deploys, writes, reads and finds the logs of a contract that checks ML-DSA', async () => {
    const client = wallet(1)
    const { contractAddress } = await confirmed(
      await client.deployContract({ abi: notaryAbi, bytecode: notary.bytecode }),
    )
    const address = contractAddress!
    const { engine } = keyNumber(7)
    const message = Uint8Array.fromHex(document.slice(2))
    const publicKey = hex(engine.publicKey)
    const signature = await engine.sign(message, contexts.foreign)
    const forged = Uint8Array.from(signature, (byte, at) => (at === 99 ? byte ^ 1 : byte))
    for (const [given, genuine] of [
      [hex(signature), true],
      [hex(forged), false],
    ] as const) {
      const args = [document, publicKey, given] as const
      const read = { address, abi: notaryAbi, functionName: 'check', args } as const
      assert.equal(await reader().readContract(read), genuine)
      const write = { address, abi: notaryAbi, functionName: 'attest', args } as const
      const receipt = await confirmed(await client.writeContract(write))
      const [log] = receipt.logs
      const event = decodeEventLog({ abi: notaryAbi, ...log! })
      const by = getAddress(client.account.address)
      assert.deepEqual(event.args, { document, by, genuine })
    }
    const events = await reader().getContractEvents({
      address,
      abi: notaryAbi,
      eventName: 'Attested',
      fromBlock: 0n,
    })
    assert.deepEqual(
      events.map(({ args }) => args.genuine),
      [true, false],
    )
  })

  it('asks 0x0601 itself', async () => {
    const { engine } = keyNumber(6)
    const message = new Uint8Array(100).fill(6)
    const signature = await engine.sign(message, contexts.foreign)
    const verification = { ...engine, algorithm: 0x65, signature, message } as const
    const answer = async (context: string): Promise<Hex | undefined> => {
      const { publicKey } = engine
      return (await reader().call(mldsaVerifyCall({ ...verification, publicKey, context }))).data
    }
    assert.equal(await answer(contexts.foreign), `0x${'0'.repeat(63)}1`)
    assert.equal(await answer(contexts.transaction), `0x${'0'.repeat(64)}`)
  })

  it('sends on lanes, each with nonces of its own, until validUntil', async () => {
    const client = wallet(2)
    const { address } = client.account
    const { timestamp } = await reader().getBlock()
    const validUntil = timestamp + 600n
    for (const nonce of [0, 1]) {
      const hash = await client.sendTransaction({ to: address, nonceKey: 77n, validUntil })
      await confirmed(hash)
      const transaction = await reader().getTransaction({ hash })
      assert.equal(transaction.nonceKey, 77n)
      assert.equal(transaction.nonce, nonce)
      assert.equal(transaction.validUntil, validUntil)
    }
    const next = await reader().readContract({
      address: noncesContract.address,
      abi: parseAbi(noncesContract.abi),
      functionName: 'nextNonce',
      args: [address, 77n],
    })
    assert.equal(next, 2n)
    assert.equal(await reader().getTransactionCount({ address }), 0)
  })

  it('registers a key, sends its hash in its place, and lets anyone check its messages', async () => {
    const key = keyNumber(3)
    const first = wallet(3)
    const { address } = first.account
    const message = 'I am who I am'
    const typed = {
      domain: { name: 'Test', salt: networkId },
      types: { Vote: [{ name: 'proposal', type: 'uint256' }] },
      primaryType: 'Vote',
      message: { proposal: 5n },
    } as const
    const signature = await first.signMessage({ message })
    const checked = () => reader().verifyMessage({ address, message, signature })
    assert.equal(await checked(), false)
    const sent = await first.sendTransaction(registration())
    const { gasUsed: registered } = await confirmed(sent)
    assert.equal((await reader().getTransaction({ hash: sent })).gas, registered)
    assert.equal(await checked(), true)
    assert.equal(await reader().verifyMessage({ address, message: 'other', signature }), false)
    const vote = await first.signTypedData(typed)
    assert.equal(await reader().verifyTypedData({ ...typed, address, signature: vote }), true)
    assert.equal(
      await reader().verifyTypedData({
        ...typed,
        message: { proposal: 6n },
        address,
        signature: vote,
      }),
      false,
    )
    const later = walletOf(toParsAccount(key, { networkId, isRegistered: true }))
    const hash = await later.sendTransaction({ to: address, value: 1n })
    const { gasUsed } = await confirmed(hash)
    assert.equal(gasUsed, 45_964n)
    assert.equal((await reader().getTransaction({ hash })).pqKeyHash, hex(key.keyHash))
  })

  it('rotates a key: the account stays, and the old key has no say', async () => {
    const old = toParsAccount(keyNumber(8), { networkId })
    const { address } = old
    await confirmed(await walletOf(old).sendTransaction(registration()))
    const { key } = generateKey({ algorithm: 0x44 })
    const registry = { address: accountsContract.address, abi: parseAbi(accountsContract.abi) }
    const changes = await reader().readContract({
      ...registry,
      functionName: 'changesOf',
      args: [address],
    })
    const proof = await proofOfPossession(key, { networkId, account: address, changes })
    await confirmed(
      await walletOf(old).writeContract({
        ...registry,
        functionName: 'rotate',
        args: [0x44, hex(key.engine.publicKey), proof],
      }),
    )
    const rotated = toParsAccount(key, { networkId, address, isRegistered: true })
    const hash = await walletOf(rotated).sendTransaction({ to: address })
    assert.equal((await confirmed(hash)).from, address)
    assert.equal((await reader().getTransaction({ hash })).pqAlgorithm, 0x44)
    const text = await refusal(walletOf(old).sendTransaction({ to: address, gas: 100_000n }))
    assert.match(text, /the account has registered another key: sign with that one/)
  })

  it('finds out by itself that a key was registered, and that another one was', async () => {
    const { key } = generateKey()
    const { address } = key
    await confirmed(await wallet(1).sendTransaction({ to: address, value: parseEther('1') }))
    const open = () => walletOf(toParsAccount(key, { networkId }))
    const client = open()
    const registry = getContract({ ...accounts, client: reader() })
    assert.equal(BigInt(await registry.read.keyOf([address])), 0n)
    await confirmed(await client.sendTransaction(registration()))
    assert.equal(await registry.read.keyOf([address]), hex(key.keyHash))
    const [algorithm, publicKey] = await registry.read.publicKeyOf([address])
    assert.deepEqual([algorithm, publicKey], [0x65, hex(key.engine.publicKey)])
    const { gasUsed } = await confirmed(await client.sendTransaction({ to: address }))
    assert.equal(gasUsed, 45_964n)

    const { key: next } = generateKey({ algorithm: 0x44 })
    const changes = await registry.read.changesOf([address])
    const proof = await proofOfPossession(next, { networkId, account: address, changes })
    const args = [0x44, hex(next.engine.publicKey), proof] as const
    await confirmed(await client.writeContract({ ...accounts, functionName: 'rotate', args }))
    const text = await refusal(open().sendTransaction({ to: address }))
    assert.match(text, /SDK_KEY_REPLACED .*sign with that one/)
  })

  it('has typed clients for lanes and for 0x0601', async () => {
    const client = wallet(2)
    const { address } = client.account
    const lanes = getContract({ ...nonces, client: reader() })
    const before = await lanes.read.nextNonce([address, 77n])
    await confirmed(await client.sendTransaction({ to: address, nonceKey: 77n }))
    assert.equal(await lanes.read.nextNonce([address, 77n]), before + 1n)
    const { engine } = keyNumber(2)
    const { algorithm, publicKey } = engine
    const message = Uint8Array.of(1, 2, 3)
    const signature = await engine.sign(message, contexts.foreign)
    const signed = { algorithm, publicKey, signature, message, context: contexts.foreign }
    assert.equal(await verifyMlDsa(reader(), signed), true)
    assert.equal(await verifyMlDsa(reader(), { ...signed, context: contexts.key }), false)
  })

  it('does not verify a message signed for another network', async () => {
    const elsewhere = toParsAccount(keyNumber(3), { networkId: `0x${'11'.repeat(32)}` })
    const { address } = elsewhere
    const signature = await elsewhere.signMessage({ message: 'hello' })
    assert.equal(await reader().verifyMessage({ address, message: 'hello', signature }), false)
  })

  it('is not given the receipt of another lane for its own', async () => {
    const client = wallet(6)
    const to = client.account.address
    const lanes = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, undefined]
    const hashes: Hex[] = []
    for (const nonceKey of lanes) {
      hashes.push(await client.sendTransaction({ to, nonce: 0, ...(nonceKey && { nonceKey }) }))
    }
    const receipts = await Promise.all(hashes.map((hash) => confirmed(hash)))
    assert.deepEqual(
      receipts.map(({ transactionHash }) => transactionHash),
      hashes,
    )
  })

  it('asks the node once which network it is on', async () => {
    const methods: string[] = []
    const transport = custom({
      request: async ({ method, params }: { method: string; params: unknown[] }) => {
        methods.push(method)
        const { result, error } = await node.answer(method, ...(params ?? []))
        if (error !== undefined) throw Object.assign(new Error(error.message), error)
        return result
      },
    })
    const account = toParsAccount(keyNumber(9), { networkId })
    const client = createWalletClient({ account, chain, transport })
    for (const value of [1n, 2n]) {
      await confirmed(await client.sendTransaction({ to: account.address, value }))
    }
    assert.equal(methods.filter((method) => method === 'pars_networkId').length, 1)
    assert.equal(methods.filter((method) => method === 'eth_sendRawTransaction').length, 2)
  })

  it('shows whole blocks with transactions of type mldsa', async () => {
    const receipt = await confirmed(await wallet(4).sendTransaction({ to: `0x${'04'.repeat(20)}` }))
    const block = await reader().getBlock({
      blockHash: receipt.blockHash,
      includeTransactions: true,
    })
    const found = block.transactions.find((one) => one.hash === receipt.transactionHash)
    assert.equal(found?.type, 'mldsa')
  })

  describe('says what helps', () => {
    const to: Hex = `0x${'05'.repeat(20)}`

    it('to an account that signs with secp256k1', async () => {
      const account = privateKeyToAccount(`0x${'01'.repeat(32)}`)
      const client = createWalletClient({ account, chain, transport: http() })
      const text = await refusal(client.sendTransaction({ to, gas: 100_000n }))
      assert.match(text, /SDK_CLASSICAL_ACCOUNT: .*use toParsAccount/)
    })

    it('to a wrong chain id', async () => {
      const other = parsChain({ id: 6134, name: 'other', rpcUrl: node.url, networkId })
      const account = toParsAccount(keyNumber(5), { networkId })
      const client = createWalletClient({ account, chain: other, transport: http() })
      const text = await refusal(client.sendTransaction({ to, gas: 100_000n }))
      assert.match(text, /sign for the network that you send to.*chainId=6134, expected=7227\)/)
    })

    it('to a wrong network id, of the chain or of the account', async () => {
      const wrong: Hex = `0x${'22'.repeat(32)}`
      const other = parsChain({ id: 7227, name: 'other', rpcUrl: node.url, networkId: wrong })
      const account = toParsAccount(keyNumber(5), { networkId })
      const client = createWalletClient({ account, chain: other, transport: http() })
      const lost = walletOf(toParsAccount(keyNumber(5), { networkId: wrong }))
      for (const one of [client, lost]) {
        const text = await refusal(one.sendTransaction({ to }))
        assert.match(text, /SDK_NETWORK_MISMATCH .*pars_networkId/)
      }
    })

    it('to an account without funds', async () => {
      const client = walletOf(toParsAccount(generateKey().key, { networkId }))
      const text = await refusal(client.sendTransaction({ to, value: 1n, gas: 100_000n }))
      assert.match(text, /exceeds the balance of the account/)
      assert.match(text, /insufficient funds.*\[TX_UNFUNDED /)
    })

    it('to too little gas for the signature', async () => {
      const text = await refusal(wallet(5).sendTransaction({ to, gas: 21_000n }))
      assert.match(text, /TX_GAS_LIMIT \(gasLimit=21000, required=53644\): raise gasLimit/)
    })

    it('to the hash of a key that is not registered', async () => {
      const account = toParsAccount(keyNumber(5), { networkId, isRegistered: true })
      const text = await refusal(walletOf(account).sendTransaction({ to }))
      assert.match(text, /put the public key itself into the key field.*TX_KEY_UNKNOWN/)
    })

    it('to an authorisation, which type 0x50 has not', async () => {
      const request = { to, gas: 100_000n, authorizationList: [] }
      const text = await refusal(wallet(5).sendTransaction(request))
      assert.match(text, /SDK_FIELD_FOREIGN .*leave it out/)
    })

    it('in an error of viem', async () => {
      await assert.rejects(wallet(5).sendTransaction({ to, gas: 21_000n }), BaseError)
    })
  })
})
