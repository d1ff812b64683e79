/** The wallet in a page: WebCrypto's keys behind EIP-1193, used by viem and by ethers as they are. */
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'

import { BrowserProvider, parseEther, TypedDataEncoder, verifyMessage } from 'ethers'
import {
  createPublicClient,
  createWalletClient,
  custom,
  type Hex,
  http,
  numberToHex,
  stringToHex,
} from 'viem'

import { hex, unhex } from '#base'
import { keccak256, mlDsa } from '#crypto'
import { foreignMessage, personalMessagePreimage } from '#protocol'
import {
  accountsContract,
  algorithms,
  contexts,
  type Key,
  keyFromSeed,
  keyOf,
  registration,
  testSeeds,
  WebCryptoEngine,
} from '#sdk'
import { parsChain, toParsAccount } from '#sdk/viem'
import { announceProvider, ParsProvider, type WalletRequest } from '#sdk/wallet'

import { withCode } from '../chain/engine/network.ts'
import { Bench } from '../e2e/node.ts'

const { subtle } = webcrypto

/** By the number that applications match on. */
const codes: Readonly<Record<number, string>> = {
  4001: 'SDK_WALLET_REJECTED',
  4100: 'SDK_WALLET_UNAUTHORIZED',
  4200: 'SDK_WALLET_UNSUPPORTED',
  4900: 'SDK_WALLET_DISCONNECTED',
  4902: 'SDK_WALLET_CHAIN',
  [-32_005]: 'SDK_WALLET_BUSY',
  [-32_601]: 'SDK_WALLET_METHOD',
  [-32_602]: 'SDK_WALLET_PARAMS',
}

const refusedWith = (code: number) => (error: unknown) => {
  const { code: found, data } = error as { code: number; data?: { readonly code?: unknown } }
  assert.deepEqual([found, data?.code], [code, codes[code]])
  return true
}

describe('a key that the platform keeps', () => {
  for (const algorithm of [0x44, 0x65, 0x87] as const) {
    it(`signs with ${algorithms[algorithm].name} under a context, and cannot be read`, async () => {
      const engine = await WebCryptoEngine.generate(subtle, algorithm)
      const message = new Uint8Array(32).fill(3)
      const signature = await engine.sign(message, contexts.transaction)
      const verify = (context: (typeof contexts)['key' | 'transaction']) =>
        mlDsa(algorithm).verify(engine.publicKey, message, signature, context)
      assert.equal(verify(contexts.transaction), true)
      assert.equal(verify(contexts.key), false)
      assert.equal(await engine.verify(message, signature, contexts.transaction), true)
      assert.equal(await engine.verify(message, signature.subarray(1), contexts.transaction), false)
      const secret = engine.keyPair.privateKey as webcrypto.CryptoKey
      assert.equal(secret.extractable, false)
      await assert.rejects(subtle.exportKey('pkcs8', secret))
    })
  }

  it('is the one that its seed stands for', async () => {
    const [seed = new Uint8Array()] = testSeeds
    const engine = await WebCryptoEngine.fromSeed(subtle, seed, 0x44)
    const known = keyFromSeed(seed, { algorithm: 0x44 })
    assert.equal(keyOf(engine).address, known.address)
    const message = new Uint8Array(1)
    const signature = await engine.sign(message, contexts.foreign)
    assert.equal(await known.engine.verify(message, signature, contexts.foreign), true)
    const short = WebCryptoEngine.fromSeed(subtle, seed.subarray(1))
    await assert.rejects(short, withCode('SDK_SEED_LENGTH'))
  })

  it('is the same after it was stored as IndexedDB stores it', async () => {
    const engine = await WebCryptoEngine.generate(subtle)
    const stored = structuredClone(engine.keyPair)
    const opened = await WebCryptoEngine.open(subtle, stored)
    assert.equal(keyOf(opened).address, keyOf(engine).address)
    const message = new Uint8Array(1)
    const signature = await opened.sign(message, contexts.foreign)
    assert.equal(await engine.verify(message, signature, contexts.foreign), true)
  })

  it('is refused with the way round it where the platform has none', async () => {
    const old = {
      exportKey: subtle.exportKey.bind(subtle),
      importKey: () => Promise.reject(new Error('Unrecognized name.')),
      sign: subtle.sign.bind(subtle),
      verify: subtle.verify.bind(subtle),
      generateKey: () => Promise.reject(new Error('Unrecognized name.')),
    }
    await assert.rejects(WebCryptoEngine.generate(old), withCode('SDK_WEBCRYPTO'))
    const [seed = new Uint8Array()] = testSeeds
    await assert.rejects(WebCryptoEngine.fromSeed(old, seed), withCode('SDK_WEBCRYPTO'))
    const pair = await subtle.generateKey({ name: 'Ed25519' }, false, ['sign', 'verify'])
    await assert.rejects(WebCryptoEngine.open(subtle, pair as never), withCode('SDK_KEY_PAIR'))
  })
})

describe('a wallet in a page', function () {
  this.timeout(120_000)

  const bench = new Bench()
  const asked: WalletRequest[] = []
  let isWilling = true
  let key: Key
  let chain: ReturnType<typeof parsChain>
  let provider: ParsProvider
  let networkId: Hex
  const request = (method: string, ...params: unknown[]) => provider.request({ method, params })
  const reader = () => createPublicClient({ chain, transport: http(), pollingInterval: 50 })
  before(async () => {
    const genesis = await bench.network('wallet')
    const node = await bench.node('dev', '--genesis', genesis, '--data', bench.path('data'))
    networkId = await node.ask('pars_networkId')
    chain = parsChain({ id: 7227, name: 'wallet', rpcUrl: node.url, networkId })
    key = keyOf(await WebCryptoEngine.generate(subtle))
    const rich = createWalletClient({
      account: toParsAccount(keyFromSeed(testSeeds[0]!), { networkId }),
      chain,
      transport: http(),
    })
    const hash = await rich.sendTransaction({ to: key.address, value: parseEther('10') })
    await reader().waitForTransactionReceipt({ hash })
    provider = new ParsProvider({
      account: toParsAccount(key, { networkId }),
      chain,
      transport: http(),
      approve: async (wanted) => {
        asked.push(wanted)
        return isWilling
      },
    })
  })
  beforeEach(() => {
    asked.length = 0
    isWilling = true
  })
  after(() => bench[Symbol.asyncDispose]())

  it('shows no account and signs nothing before the person has agreed', async () => {
    assert.deepEqual(await provider.request({ method: 'eth_accounts' }), [])
    const params = ['0x00', key.address]
    await assert.rejects(provider.request({ method: 'personal_sign', params }), refusedWith(4100))
    assert.equal(asked.length, 0)
    isWilling = false
    await assert.rejects(provider.request({ method: 'eth_requestAccounts' }), refusedWith(4001))
    assert.deepEqual(await provider.request({ method: 'eth_accounts' }), [])
    isWilling = true
    const changes: unknown[] = []
    provider.on('accountsChanged', (accounts) => changes.push(accounts))
    assert.deepEqual(await provider.request({ method: 'eth_requestAccounts' }), [key.address])
    assert.deepEqual(changes, [[key.address]])
  })

  it('sends for viem', async () => {
    const client = createWalletClient({ account: key.address, chain, transport: custom(provider) })
    const hash = await client.sendTransaction({ to: key.address, value: 1n })
    const { status, type } = await reader().waitForTransactionReceipt({ hash })
    assert.deepEqual([status, type], ['success', 'mldsa'])
    assert.deepEqual(
      asked.map(({ method }) => method),
      ['eth_sendTransaction'],
    )
  })

  it('sends for ethers', async () => {
    const browser = new BrowserProvider(provider, undefined, {
      polling: true,
      pollingInterval: 50,
    })
    const signer = await browser.getSigner()
    const response = await signer.sendTransaction({ to: key.address, value: 1n })
    assert.equal((await response.wait())?.status, 1)
    browser.destroy()
  })

  it('signs messages for its network alone', async () => {
    const client = createWalletClient({ account: key.address, chain, transport: custom(provider) })
    const signature = await client.signMessage({ message: 'hello' })
    const hash = keccak256(personalMessagePreimage(new TextEncoder().encode('hello')))
    const signed = foreignMessage(unhex(networkId), hash)
    const verify = mlDsa(0x65).verify(
      key.engine.publicKey,
      signed,
      unhex(signature),
      contexts.foreign,
    )
    assert.equal(verify, true)
    assert.throws(() => verifyMessage('hello', signature))
    const typed = {
      domain: { name: 'Test' },
      types: { Vote: [{ name: 'proposal', type: 'uint256' }] },
      primaryType: 'Vote',
      message: { proposal: 5n },
    } as const
    assert.equal((await client.signTypedData(typed)).length, signature.length)
  })

  it('keeps to its network and its account, and never signs a bare hash', async () => {
    const other = { chainId: '0x1' }
    const foreign = { types: {}, domain: { chainId: 1 }, primaryType: 'EIP712Domain', message: {} }
    const from = hex(new Uint8Array(20))
    assert.equal(await request('wallet_switchEthereumChain', { chainId: numberToHex(7227) }), null)
    const refusals = [
      [4902, request('wallet_switchEthereumChain', other)],
      [4902, request('eth_sendTransaction', { ...other, from: key.address })],
      [4100, request('eth_sendTransaction', { from })],
      [4200, request('eth_sign', key.address, `0x${'11'.repeat(32)}`)],
      [-32_602, request('eth_sendTransaction', { from: key.address, value: 5 })],
      [-32_602, request('eth_sendTransaction', { from: key.address, authorizationList: [] })],
      [-32_602, request('eth_signTypedData_v4', key.address, '{}')],
      [-32_602, request('eth_signTypedData_v4', key.address, '{')],
      [-32_602, request('eth_signTypedData_v4', key.address, { ...foreign, domain: null })],
      [-32_602, request('eth_signTypedData_v4', key.address, { ...foreign, primaryType: 'Vote' })],
      [-32_602, request('eth_signTypedData_v4', key.address, { ...foreign, message: () => 1 })],
      [4902, request('eth_signTypedData_v4', key.address, foreign)],
      [-32_601, request('wallet_addEthereumChain', other)],
    ] as const
    await Promise.all(refusals.map(([code, sent]) => assert.rejects(sent, refusedWith(code))))
    assert.equal(asked.length, 0)
    isWilling = false
    await assert.rejects(
      request('personal_sign', stringToHex('hello'), key.address),
      refusedWith(4001),
    )
  })

  it('signs typed data that names its network in any form, or none', async () => {
    const types = { EIP712Domain: [{ name: 'name', type: 'string' }] }
    const sign = (chainId: unknown) => {
      const typed = { types, primaryType: 'EIP712Domain', message: {} }
      const domain = { name: 'Test', chainId }
      return request('eth_signTypedData_v4', key.address, { ...typed, domain })
    }
    for (const chainId of [7227, '7227', '0x1c3b', '0x1C3B', '0x01c3b', null, undefined]) {
      assert.match(String(await sign(chainId)), /^0x[0-9a-f]+$/)
    }
    for (const chainId of [1, '7228', '0x1c3c', '', 'x', true, 7227.5]) {
      await assert.rejects(sign(chainId), refusedWith(4902))
    }
  })

  it('says so when the node is out of reach', async () => {
    const lost = new ParsProvider({
      account: toParsAccount(key, { networkId }),
      chain,
      transport: http('http://127.0.0.1:1', { retryCount: 0 }),
      approve: async () => true,
    })
    await assert.rejects(lost.request({ method: 'eth_blockNumber' }), refusedWith(4900))
  })

  it('has the gas of a registration estimated, which takes the key', async () => {
    const register = { to: accountsContract.address, data: registration().data }
    const gas = await request('eth_estimateGas', { from: key.address, ...register })
    assert.ok(BigInt(String(gas)) > 400_000n)
  })

  it('refuses a transaction that contradicts itself', async () => {
    const from = key.address
    for (const [field, given] of [
      ['input', { data: '0xaa', input: '0xbb' }],
      ['gasPrice', { gasPrice: '0x1', maxFeePerGas: '0x99' }],
      ['gasPrice', { gasPrice: '0x1', maxPriorityFeePerGas: '0x1' }],
      ['type', { type: '0x3' }],
      ['type', { type: '0x4' }],
      ['data', { data: 'hello' }],
      ['to', { to: '0x12' }],
      ['accessList', { accessList: [{ address: from }] }],
    ] as const) {
      await assert.rejects(request('eth_sendTransaction', { from, ...given }), (error) => {
        const { code, data } = error as { code: number; data: { parameter: string } }
        assert.deepEqual([code, data.parameter], [-32_602, field])
        return true
      })
    }
    assert.equal(asked.length, 0)
  })

  it('shows the transaction that it signs, under one name for each field', async () => {
    isWilling = false
    const given = {
      from: key.address,
      to: key.address,
      input: '0xAB',
      data: '0xab',
      value: '0x01',
      gasPrice: '0x5',
      type: '0x0',
      chainId: numberToHex(7227),
      accessList: [{ address: key.address, storageKeys: [], note: 'x' }],
      note: 'please sign',
    }
    await assert.rejects(request('eth_sendTransaction', given), refusedWith(4001))
    const { note: _, input: __, gasPrice: ___, type: ____, ...kept } = given
    const shown = {
      ...kept,
      data: '0xAB',
      value: '0x1',
      maxFeePerGas: '0x5',
      maxPriorityFeePerGas: '0x5',
      accessList: [{ address: key.address, storageKeys: [] }],
    }
    assert.deepEqual(asked, [{ method: 'eth_sendTransaction', params: [shown] }])
  })

  it('signs what the person has read, whatever the application does meanwhile', async () => {
    const types = { Vote: [{ name: 'proposal', type: 'uint256' }] }
    const typed = { domain: {}, types, primaryType: 'Vote', message: { proposal: '5' } }
    const hashOf = (proposal: bigint) =>
      TypedDataEncoder.hash(typed.domain, typed.types, { proposal })
    const account = toParsAccount(key, { networkId })
    const careful = new ParsProvider({
      account,
      chain,
      transport: http(),
      approve: async ({ params }) => {
        typed.message.proposal = '6'
        const [, read] = params as [unknown, typeof typed | undefined]
        return read === undefined || read.message.proposal === '5'
      },
    })
    await careful.request({ method: 'eth_requestAccounts' })
    typed.message.proposal = '5'
    const params = [key.address, typed]
    const signature = await careful.request({ method: 'eth_signTypedData_v4', params })
    const signed = (proposal: bigint) =>
      key.engine.verify(
        foreignMessage(unhex(networkId), unhex(hashOf(proposal))),
        unhex(signature as Hex),
        contexts.foreign,
      )
    assert.deepEqual([await signed(5n), await signed(6n)], [true, false])
  })

  it('asks for no more than a person can read', async () => {
    const answers: ((isApproved: boolean) => void)[] = []
    const busy = new ParsProvider({
      account: toParsAccount(key, { networkId }),
      chain,
      transport: http(),
      approve: () => new Promise((resolve) => answers.push(resolve)),
    })
    const ask = () => busy.request({ method: 'eth_requestAccounts' })
    const asking = Array.from({ length: 16 }, ask)
    await assert.rejects(ask(), refusedWith(-32_005))
    for (const answer of answers) answer(true)
    await Promise.all(asking)
    assert.equal(answers.length, 16)
    assert.deepEqual(await ask(), [key.address])
  })

  it('hands on what the node says, in a form that fits into JSON', async () => {
    const [halted, short] = await Promise.all(
      [
        request('eth_call', { to: accountsContract.address, data: '0x12345678' }),
        request('eth_sendTransaction', { from: key.address, to: key.address, gas: '0x5208' }),
      ].map((sent) => sent.then(() => assert.fail('was not refused'), String)),
    )
    assert.match(halted ?? '', /invalid opcode/)
    assert.match(short ?? '', /raise gasLimit/)
    const sent = request('eth_sendTransaction', { from: key.address, gas: '0x5208' })
    await assert.rejects(sent, ({ data }: { readonly data: unknown }) => {
      assert.equal((JSON.parse(JSON.stringify(data)) as { code: string }).code, 'TX_GAS_LIMIT')
      return true
    })
  })

  it('is found by the applications of a page, early and late', () => {
    const page = new EventTarget()
    const found: unknown[] = []
    const info = { uuid: 'e1', name: 'Pars', icon: 'data:,', rdns: 'example.pars' }
    page.addEventListener('eip6963:announceProvider', (event) => {
      found.push((event as CustomEvent<{ provider: unknown }>).detail.provider)
    })
    const end = announceProvider(page, info, provider)
    page.dispatchEvent(new Event('eip6963:requestProvider'))
    end()
    page.dispatchEvent(new Event('eip6963:requestProvider'))
    assert.deepEqual(found, [provider, provider])
  })
})
