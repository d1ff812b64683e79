/** The wallet in a real browser: made, kept over restarts, found by applications, and sending. */
import assert from 'node:assert/strict'

import type { BrowserContext, Page } from 'playwright-core'
import { createWalletClient, type Hex, http, parseEther } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

import { unhex } from '#base'
import { keccak256, mlDsa } from '#crypto'
import { foreignMessage, personalMessagePreimage } from '#protocol'
import { contexts, keyFromSeed, testSeeds } from '#sdk'
import { parsChain, toParsAccount } from '#sdk/viem'

import { lacking } from '../../lacking.ts'
import { Bench, type Node } from '../node.ts'
import { absent, applicationOf, type Keeping, startChromium, walletOf } from './chromium.ts'
import type { Outcome } from './page/outcome.ts'
import { Site } from './site.ts'

function valueOf<Value>(outcome: Outcome<Value>): Value {
  assert.ok('value' in outcome, 'value' in outcome ? '' : outcome.words)
  return outcome.value
}

function refused(outcome: Outcome<unknown>, code: unknown, pattern = /./): void {
  assert.ok(!('value' in outcome), 'was not refused')
  assert.equal(outcome.codes[0], code, outcome.words)
  assert.match(outcome.words, pattern)
}

interface Receipt {
  readonly status: Hex
  readonly type: Hex
  readonly gasUsed: Hex
}

for (const keeping of ['platform', 'page'] as const satisfies readonly Keeping[]) {
  const title = keeping === 'platform' ? 'WebCrypto with ML-DSA' : 'WebCrypto without ML-DSA'
  describe(`a wallet in Chromium, ${title}`, function () {
    this.timeout(120_000)

    const bench = new Bench()
    const site = new Site()
    let node: Node
    let networkId: Hex
    let context: BrowserContext
    let page: Page
    let address: Hex
    const to: Hex = `0x${'05'.repeat(20)}`

    before(async function () {
      lacking(this, absent)
      await site.listen('wallet', 'application')
      const genesis = await bench.network('browser')
      const options = ['--data', bench.path('data'), '--allow-origins', site.origin]
      node = await bench.node('dev', '--genesis', genesis, ...options)
      networkId = await node.ask('pars_networkId')
      site.node = node.url
      await start()
    })
    after(async () => {
      await context?.close()
      if (absent === undefined) await site[Symbol.asyncDispose]()
      await bench[Symbol.asyncDispose]()
    })

    async function start(by: Keeping = keeping): Promise<void> {
      context = await startChromium(bench.path('profile'), by)
      page = await context.newPage()
      await page.goto(site.origin)
    }
    const wallet: ReturnType<typeof walletOf> = (name, ...rest) => walletOf(page)(name, ...rest)
    const application: ReturnType<typeof applicationOf> = (name, ...rest) =>
      applicationOf(page)(name, ...rest)
    const request = (method: string, ...params: unknown[]) =>
      application('request', method, ...params)

    it('makes a key that nobody can export, and lists who keeps it', async () => {
      address = valueOf(await wallet('create', 'mine'))
      assert.match(address, /^0x[0-9a-f]{40}$/)
      const entry = { address, keeper: keeping, algorithm: 0x65, label: 'mine' }
      assert.deepEqual(valueOf(await wallet('list')), [entry])
      const tried = await wallet('exports', address)
      assert.ok(!tried.includes('exported'), tried.join())
      assert.ok(tried.includes('InvalidAccessError'), tried.join())
    })

    it('has the same key after a reload, and after the browser was started again', async () => {
      await page.reload()
      assert.equal(valueOf(await wallet('open', address)), address)
      await context.close()
      await start()
      assert.equal(valueOf(await wallet('open', address)), address)
    })

    const itOfPlatform = keeping === 'platform' ? it : (): void => undefined
    itOfPlatform(
      'says so when the browser can no longer use a key, and loses nothing by it',
      async () => {
        await context.close()
        await start('page')
        const [entry] = valueOf(await wallet('list'))
        assert.equal(entry?.address, address)
        refused(await wallet('open', address), 'SDK_KEYS_DAMAGED', /in the browser that made it/)
        await context.close()
        await start()
        assert.equal(valueOf(await wallet('open', address)), address)
      },
    )

    it('keeps every key that two tabs make at once', async () => {
      const other = await context.newPage()
      await other.goto(site.origin)
      const made = await Promise.all([wallet('createMany', 4), walletOf(other)('createMany', 4)])
      const kept = valueOf(await wallet('list')).map((entry) => entry.address)
      assert.deepEqual(kept.toSorted(), [address, ...made.flat()].toSorted())
      for (const one of made.flat()) valueOf(await walletOf(other)('remove', one))
      refused(await wallet('open', made[0][0]!), 'SDK_KEYS_MISSING', /list the keys/)
      refused(await wallet('remove', made[0][0]!), 'SDK_KEYS_MISSING', /list the keys/)
      await other.close()
      assert.equal(valueOf(await wallet('list')).length, 1)
    })

    it('refuses a damaged key, lists it as such, and forgets it when told to', async () => {
      const secret = keeping === 'platform' ? 'keyPair' : 'sealed'
      for (const field of ['format', 'other', secret] as const) {
        const victim = valueOf(await wallet('create', ''))
        await wallet('damage', victim, field)
        refused(await wallet('open', victim), 'SDK_KEYS_DAMAGED', /recovery key/)
        const entry = valueOf(await wallet('list')).find((one) => one.address === victim)
        // Only opening tells that a whole record holds something else.
        assert.equal(entry?.keeper, field === 'format' ? 'damaged' : keeping)
        valueOf(await wallet('remove', victim))
      }
      assert.equal(valueOf(await wallet('open', address)), address)
    })

    it('takes a key from its seed, once', async () => {
      const seed = Array.from({ length: 32 }, (_, index) => index)
      const restored = valueOf(await wallet('restore', seed))
      assert.equal(restored, keyFromSeed(Uint8Array.from(seed)).address)
      assert.ok(!(await wallet('exports', restored)).includes('exported'))
      assert.equal(valueOf(await wallet('open', restored)), restored)
      refused(await wallet('restore', seed), 'SDK_KEYS_PRESENT', /open the key/)
      refused(await wallet('restore', seed.slice(1)), 'SDK_SEED_LENGTH')
      valueOf(await wallet('remove', restored))
    })

    it('is found by an application that asks, and by one that was there before', async () => {
      await wallet('connect', address, node.url, { networkId })
      const info = { uuid: address, name: 'Pars', icon: 'data:,', rdns: 'example.pars' }
      assert.deepEqual(await application('found'), [info])
    })

    it('shows and signs nothing before the person has agreed', async () => {
      assert.deepEqual(valueOf(await request('eth_accounts')), [])
      refused(await request('personal_sign', '0x00', address), 4100, /eth_requestAccounts/)
      await wallet('setWilling', false)
      refused(await request('eth_requestAccounts'), 4001, /said no/)
      await wallet('setWilling', true)
      assert.deepEqual(valueOf(await request('eth_requestAccounts')), [address])
      assert.deepEqual(valueOf(await request('eth_accounts')), [address])
      assert.deepEqual(await wallet('asked'), ['eth_requestAccounts', 'eth_requestAccounts'])
    })

    it('sends for viem and for ethers as they are', async () => {
      const gift = await rich().sendTransaction({ to: address, value: parseEther('10') })
      await node.receipt(gift)
      const hashes = [
        valueOf(await application('viem', address, { to, ether: '1' })),
        valueOf(await application('ethers', { to, ether: '1' })),
      ]
      for (const hash of hashes) {
        const { status, type, gasUsed } = await node.receipt<Receipt>(hash)
        assert.deepEqual([status, type, BigInt(gasUsed)], ['0x1', '0x50', 53_644n])
      }
      assert.deepEqual(await wallet('asked'), ['eth_sendTransaction', 'eth_sendTransaction'])
      assert.deepEqual(await application('events'), ['connect'])
    })

    it('gives requests that come at once nonces of their own, on lanes and within a time', async () => {
      const block = await node.ask<{ timestamp: Hex }>('eth_getBlockByNumber', 'latest', false)
      const validUntil: Hex = `0x${(BigInt(block.timestamp) + 60n).toString(16)}`
      const plain = { from: address, to, value: '0x1' }
      const lanes = [{ nonceKey: '0x7', validUntil }, { nonceKey: '0x8' }]
      const requests = [plain, plain, ...lanes.map((lane) => ({ ...plain, ...lane }))]
      const sent = await application(
        'requestAtOnce',
        requests.map((one) => ({ method: 'eth_sendTransaction', params: [one] })),
      )
      const hashes = sent.map((one) => String(valueOf(one)))
      for (const hash of hashes) assert.equal((await node.receipt<Receipt>(hash)).status, '0x1')
      const third = await node.ask<Record<string, Hex>>('eth_getTransactionByHash', hashes[2])
      assert.deepEqual([third['nonceKey'], third['validUntil']], ['0x7', validUntil])
      const again = valueOf(await request('eth_sendTransaction', { ...plain, nonceKey: '0x7' }))
      await node.receipt(String(again))
      assert.equal(Number(await node.ask('pars_getNonce', address, '0x7', 'latest')), 2)
    })

    it('estimates with the gas of its signature', async () => {
      const estimate = valueOf(await request('eth_estimateGas', { from: address, to }))
      assert.equal(Number(estimate), 53_644)
    })

    it('signs messages and typed data for its network', async () => {
      const entry = await node.ask<{ pqPublicKey: Hex }>(
        'eth_getTransactionByHash',
        valueOf(await application('viem', address, { to, ether: '0' })),
      )
      const hash = keccak256(personalMessagePreimage(new TextEncoder().encode('hello')))
      const signature = valueOf(await application('viemSign', address, 'hello'))
      const again = valueOf(await application('ethersSign', '0x68656c6c6f'))
      for (const one of [signature, again as Hex]) {
        const signed = foreignMessage(unhex(networkId), hash)
        const publicKey = unhex(entry.pqPublicKey)
        assert.ok(mlDsa(0x65).verify(publicKey, signed, unhex(one), contexts.foreign))
      }
      const typed = {
        domain: { name: 'Test', chainId: 7227 },
        types: { Vote: [{ name: 'proposal', type: 'uint256' }] },
        primaryType: 'Vote',
        message: { proposal: '5' },
      }
      const text = JSON.stringify(typed)
      assert.match(
        String(valueOf(await request('eth_signTypedData_v4', address, text))),
        /^0x.{6618}$/,
      )
      const foreign = { ...typed, domain: { chainId: 1 } }
      refused(await request('eth_signTypedData_v4', address, foreign), 4902)
    })

    it('refuses by the numbers of EIP-1193, with the cure', async () => {
      refused(await application('viemSwitch', 1), 4902, /this wallet has one network/)
      refused(await request('eth_sign', address, `0x${'11'.repeat(32)}`), 4200, /personal_sign/)
      refused(await request('personal_ecRecover', '0x', '0x'), 4200, /personal_sign/)
      refused(await request('wallet_watchAsset', {}), -32_601, /no such method/)
      refused(await request('eth_sendTransaction', { from: to, to }), 4100)
      refused(await request('eth_sendTransaction', { from: address, value: 5 }), -32_602, /hex/)
      refused(await request('pars_nothing'), -32_601)
      await wallet('setWilling', false)
      refused(await application('viem', address, { to, ether: '0' }), 4001, /said no/)
      await wallet('setWilling', true)
    })

    it("shows a developer's first mistakes with their cure, through viem and ethers", async () => {
      const poor = { to, ether: '1000' }
      const tight = { to, ether: '0' }
      const short = /TX_GAS_LIMIT \(gasLimit=21000, required=53644\): raise gasLimit/
      const unfunded = /TX_UNFUNDED|insufficient funds/
      for (const [outcome, pattern] of [
        [await application('viem', address, poor), unfunded],
        [await application('ethers', { ...poor, gasLimit: 100_000 }), unfunded],
        [await application('viem', address, { ...tight, gas: 21_000 }), short],
        [await application('ethers', { ...tight, gasLimit: 21_000 }), short],
      ] as const) {
        assert.ok('words' in outcome)
        assert.match(outcome.words, pattern)
      }
    })

    it('refuses another network, a classical transaction and a key that is not registered', async () => {
      const elsewhere = { from: address, to, chainId: '0x1' }
      refused(await request('eth_sendTransaction', elsewhere), 4902, /one network/)
      const classical = await privateKeyToAccount(`0x${'01'.repeat(32)}`).signTransaction({
        chainId: 7227,
        gas: 21_000n,
        maxFeePerGas: 1n,
        to,
      })
      refused(await request('eth_sendRawTransaction', classical), -32_003, /\[TX_CLASSICAL/)
      const early = await context.newPage()
      await early.goto(site.origin)
      const options = { networkId, isRegistered: true }
      await walletOf(early)('connect', address, node.url, options)
      valueOf(await applicationOf(early)('request', 'eth_requestAccounts'))
      const sent = await applicationOf(early)('viem', address, { to, ether: '0' })
      assert.ok('words' in sent)
      assert.match(sent.words, /put the public key itself.*TX_KEY_UNKNOWN/)
      await early.close()
    })

    it('sends the hash of its key from the moment that the key is registered', async () => {
      const call = await wallet('registration')
      const hash = valueOf(await request('eth_sendTransaction', { from: address, ...call }))
      assert.equal((await node.receipt<Receipt>(String(hash))).status, '0x1')
      const later = valueOf(await application('viem', address, { to, ether: '1' }))
      assert.equal(BigInt((await node.receipt<Receipt>(later)).gasUsed), 45_964n)
    })

    it('says what to do about another network, and about a node that does not answer', async () => {
      await page.reload()
      await wallet('connect', address, node.url, { networkId: `0x${'22'.repeat(32)}` })
      valueOf(await request('eth_requestAccounts'))
      const lost = await application('viem', address, { to, ether: '0' })
      assert.ok('words' in lost)
      assert.match(lost.words, /SDK_NETWORK_MISMATCH .*pars_networkId/)
      await node.stop()
      refused(await request('eth_blockNumber'), 4900, /--allow-origins/)
      assert.deepEqual(await application('events'), ['connect', 'disconnect'])
    })

    it('says what to do where the page is not of a secure origin', async () => {
      await page.goto(site.origin.replace('127.0.0.1', 'insecure.test'))
      refused(await wallet('create', ''), 'SDK_KEYS_CONTEXT', /over https/)
    })

    it('says what to do where the browser keeps no data', async () => {
      await page.goto(`${site.origin}/sandboxed`)
      refused(await wallet('create', ''), 'SDK_KEYS_STORAGE', /allow the site to store data/)
      refused(await wallet('list'), 'SDK_KEYS_STORAGE')
    })

    function rich() {
      const account = toParsAccount(keyFromSeed(testSeeds[0]!), { networkId })
      const chain = parsChain({ id: 7227, name: 'browser', rpcUrl: node.url, networkId })
      return createWalletClient({ account, chain, transport: http() })
    }
  })
}
