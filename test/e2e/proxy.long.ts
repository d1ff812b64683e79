/** `pars proxy` in front of a node that holds no keys, as tools of other people use it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'

import { JsonRpcProvider } from 'ethers'
import { createPublicClient, createWalletClient, hashTypedData, http } from 'viem'

import { hex, type Hex, unhex, utf8 } from '#base'
import { addressOfKey, keccak256, mlDsa } from '#crypto'
import { contexts, foreignMessage, personalMessagePreimage, testSeeds } from '#protocol'

import { password } from '../identity/keys.ts'
import type { RpcAnswer } from './node.ts'
import {
  algorithm,
  codeOf,
  keys,
  mail,
  Proxy,
  ProxyBench,
  rich,
  second,
  to,
} from './proxy-bench.ts'

/** Returns 42 to every call. */
const answerCode = '0x67602a5f5260205ff35f5260086018f3'

const run = promisify(execFile)
const castFile = path.join(
  import.meta.dirname,
  '../../node_modules/@foundry-rs/cast-linux-amd64/bin/cast',
)

describe('pars proxy', function () {
  this.timeout(120_000)

  const bench = new ProxyBench()
  let proxy: Proxy
  after(() => bench[Symbol.asyncDispose]())
  before(async () => {
    await bench.prepare()
    proxy = await bench.proxy(...bench.flags())
  })

  it('explains itself, and prints what programs need without the token', async () => {
    const help = await bench.run('proxy', '--help')
    assert.equal(help.code, 0, help.stderr)
    assert.match(help.stdout, /^Usage: pars proxy \[options\] <accounts\.\.\.>/)
    const command = bench.start('proxy', second, ...bench.flags(), '--json')
    const [line] = await command.printed(/^\{.*\}$/m)
    const { url, tokenFile, ...facts } = JSON.parse(line) as Record<string, string>
    assert.deepEqual(facts, {
      accounts: [second],
      rpc: bench.upstream.url,
      chainId: 7227,
      networkId: hex(bench.networkId),
    })
    const token = readFileSync(tokenFile!, 'utf8').trim()
    assert.match(token, /^[0-9a-f]{64}$/)
    if (process.platform !== 'win32') assert.equal(statSync(tokenFile!).mode & 0o777, 0o600)
    const other = new Proxy(command, url!, token)
    assert.deepEqual(await other.ask('eth_accounts'), [second])
    assert.deepEqual(
      codeOf(await other.answer('eth_sendTransaction', { from: rich, to })),
      'RPC_ACCOUNT_UNKNOWN',
    )
    const { code, stdout, stderr } = await command.kill('SIGTERM')
    assert.equal(code, 0, stderr)
    assert.equal((stdout + stderr).includes(token), false)
    assert.equal(existsSync(tokenFile!), false)
  })

  it('forwards what is the node’s on both paths, and keeps ids and order', async () => {
    const hash = await proxy.ask<Hex>('eth_sendTransaction', { from: rich, to, value: '0x1' })
    await bench.upstream.receipt(hash)
    for (const [where, type] of [
      ['/', '0x50'],
      ['/eth', '0x2'],
    ] as const) {
      const batch = [
        { jsonrpc: '2.0', id: 'a', method: 'eth_getTransactionReceipt', params: [hash] },
        { jsonrpc: '2.0', id: 7, method: 'eth_accounts' },
        { jsonrpc: '2.0', method: 'eth_chainId' },
        { jsonrpc: '2.0', id: 7, method: 'eth_noSuchMethod' },
        { jsonrpc: '2.0', id: null, method: 'eth_chainId' },
        1,
      ]
      const answers = (await proxy.post(batch, proxy.token, where)) as unknown as RpcAnswer[]
      assert.deepEqual(
        answers.map(({ id, error }) => [id, error?.code]),
        [
          ['a', undefined],
          [7, undefined],
          [7, -32601],
          [null, undefined],
          [null, -32600],
        ],
      )
      assert.equal((answers[0]!.result as { type: Hex }).type, type)
      assert.deepEqual(answers[1]!.result, [rich, second])
      assert.equal(codeOf(answers[2]!), 'RPC_METHOD_UNKNOWN')
      assert.equal(answers[3]!.result, '0x1c3b')
    }
  })

  it('gives transactions that come at once a nonce each, and leaves no gap when one fails', async () => {
    const first = BigInt(await proxy.ask<Hex>('eth_getTransactionCount', rich, 'pending'))
    const send = (value: Hex): Promise<RpcAnswer> =>
      proxy.answer('eth_sendTransaction', { from: rich, to, value })
    const tooMuch: Hex = `0x${(10n ** 40n).toString(16)}`
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send(index % 4 === 1 ? tooMuch : '0x1')),
    )
    const hashes = answers.flatMap(({ result }) => (result === undefined ? [] : [result as Hex]))
    assert.equal(hashes.length, 9)
    const refused = answers.find(({ error }) => error !== undefined)!
    assert.match(refused.error!.message, /^insufficient funds/)
    await Promise.all(hashes.map((hash) => bench.upstream.receipt(hash)))
    const nonces = await Promise.all(
      hashes.map(async (hash) => {
        const { nonce } = await bench.upstream.ask<{ nonce: Hex }>('eth_getTransactionByHash', hash)
        return BigInt(nonce)
      }),
    )
    assert.deepEqual(
      nonces.toSorted((a, b) => Number(a - b)),
      hashes.map((_, index) => first + BigInt(index)),
    )
  })

  it('sends on lanes, until a time, with an access list and fees of any form', async () => {
    const nonceKey = '0x9'
    const validUntil: Hex = `0x${(2n ** 40n).toString(16)}`
    const accessList = [{ address: to, storageKeys: [`0x${'01'.repeat(32)}`] }]
    const hashes: Hex[] = []
    for (const extra of [{ gasPrice: '0x77359400' }, { maxFeePerGas: '0x77359400' }, {}]) {
      const request = { from: rich, to, nonceKey, validUntil, accessList, ...extra }
      hashes.push(await proxy.ask<Hex>('eth_sendTransaction', request))
    }
    const sent = await bench.upstream.askAll<Record<string, unknown>>(
      hashes.map((hash) => ['eth_getTransactionByHash', hash]),
    )
    assert.deepEqual(
      sent.map(({ nonce }) => nonce),
      ['0x0', '0x1', '0x2'],
    )
    for (const transaction of sent) {
      assert.equal(transaction['nonceKey'], nonceKey)
      assert.equal(transaction['validUntil'], validUntil)
      assert.deepEqual(transaction['accessList'], accessList)
    }
    assert.equal(sent[0]!['maxPriorityFeePerGas'], '0x77359400')
    await Promise.all(hashes.map((hash) => bench.upstream.receipt(hash)))
  })

  it('answers in the node’s own words what the node refuses', async () => {
    const data = `0x${'60'.repeat(3)}`
    const reverted = await proxy.answer('eth_sendTransaction', { from: rich, data: '0x5f5ffd' })
    assert.equal(reverted.error?.code, 3)
    assert.equal(reverted.error.data, '0x')
    await bench.upstream.receipt(await proxy.ask<Hex>('eth_sendTransaction', { from: rich, to }))
    const replay = { from: rich, to, nonce: '0x0', value: '0x2' }
    const replayed = await proxy.answer('eth_sendTransaction', replay)
    assert.equal(replayed.error?.code, -32003)
    assert.match(replayed.error.message, /nonce too low/)
    const blobs = { from: rich, to, data, blobVersionedHashes: [`0x${'01'.repeat(32)}`] }
    assert.equal(codeOf(await proxy.answer('eth_sendTransaction', blobs)), 'RPC_PARAMS_INVALID')
    const elsewhere = { from: rich, to, chainId: '0x1' }
    assert.equal(codeOf(await proxy.answer('eth_sendTransaction', elsewhere)), 'RPC_PARAMS_INVALID')
  })

  it('estimates for the key of the sender, whatever its algorithm', async () => {
    const key = mlDsa(0x87).fromSeed(testSeeds[2]!)
    const account = hex(addressOfKey(0x87, key.publicKey))
    await bench.keep(key)
    const funds = { from: rich, to: account, value: `0x${(10n ** 18n).toString(16)}` }
    await bench.upstream.receipt(await proxy.ask<Hex>('eth_sendTransaction', funds))
    const third = await bench.proxy(...bench.flags(), account)
    const request = { from: account, to, value: '0x1' }
    const gas = await third.ask<Hex>('eth_estimateGas', request)
    assert.ok(BigInt(gas) > BigInt(await bench.upstream.ask<Hex>('eth_estimateGas', request)))
    const hash = await third.ask<Hex>('eth_sendTransaction', { ...request, gas })
    const { status, gasUsed } = await bench.upstream.receipt<{ status: Hex; gasUsed: Hex }>(hash)
    assert.deepEqual([status, gasUsed], ['0x1', gas])
    await third.command.kill('SIGTERM')
  })

  it('signs a transaction that somebody else sends', async () => {
    const wire = await proxy.ask<Hex>('eth_signTransaction', { from: rich, to, value: '0x1' })
    const hash = await bench.upstream.ask<Hex>('eth_sendRawTransaction', wire)
    const { status } = await bench.upstream.receipt<{ status: Hex }>(hash)
    assert.equal(status, '0x1')
  })

  it('signs messages and typed data for this network alone, and never a bare hash', async () => {
    const [key] = keys
    const holds = (hash: Uint8Array, signature: Hex): boolean =>
      mlDsa(algorithm).verify(
        key!.publicKey,
        foreignMessage(bench.networkId, hash),
        unhex(signature),
        contexts.foreign,
      )
    for (const [given, message] of [
      ['0x00ff', Uint8Array.of(0, 255)],
      ['hello', utf8('hello')],
    ] as const) {
      const signature = await proxy.ask<Hex>('personal_sign', given, rich)
      assert.ok(holds(keccak256(personalMessagePreimage(message)), signature))
    }
    const hash = unhex(hashTypedData(mail))
    for (const data of [mail, JSON.stringify(mail)]) {
      assert.ok(holds(hash, await proxy.ask<Hex>('eth_signTypedData_v4', rich, data)))
    }
    const foreign = { ...mail, domain: { ...mail.domain, chainId: 1 } }
    for (const [code, method, ...params] of [
      ['RPC_PARAMS_INVALID', 'eth_signTypedData_v4', rich, foreign],
      ['RPC_PARAMS_INVALID', 'eth_signTypedData_v4', rich, '{'],
      ['SDK_TYPED_DATA', 'eth_signTypedData_v4', rich, { ...mail, message: {} }],
      ['RPC_ACCOUNT_UNKNOWN', 'personal_sign', '0x00', to],
      ['RPC_SIGN_UNSUPPORTED', 'eth_sign', rich, `0x${'11'.repeat(32)}`],
      ['RPC_SIGN_UNSUPPORTED', 'eth_signTypedData', rich, mail],
      ['RPC_SIGN_UNSUPPORTED', 'personal_unlockAccount', rich, password],
    ] as const) {
      assert.equal(codeOf(await proxy.answer(method, ...params)), code)
    }
  })

  it('serves viem, ethers and cast by its URL with the token', async () => {
    const transport = http(proxy.urlWithToken())
    const wallet = createWalletClient({ account: rich, transport })
    assert.deepEqual(
      (await wallet.getAddresses()).map((one) => one.toLowerCase()),
      [rich, second],
    )
    const viemHash = await wallet.sendTransaction({ to, value: 1n, chain: null })
    const receipt = await createPublicClient({
      transport,
      pollingInterval: 100,
    }).waitForTransactionReceipt({
      hash: viemHash,
    })
    assert.equal(receipt.status, 'success')
    assert.equal((await wallet.signTypedData(mail)).length, 2 + 2 * 3309)

    const provider = new JsonRpcProvider(proxy.urlWithToken(), undefined, { pollingInterval: 100 })
    try {
      const signer = await provider.getSigner(0)
      const response = await signer.sendTransaction({ to, value: 1n })
      assert.equal((await response.wait())?.status, 1)
      assert.equal((await signer.signMessage('hello')).length, 2 + 2 * 3309)
    } finally {
      provider.destroy()
    }

    const sent = await cast('send', '--from', rich, '--unlocked', to, '--value', '1')
    assert.equal((JSON.parse(sent) as { status: Hex }).status, '0x1')
    const created = await cast('send', '--from', rich, '--unlocked', '--create', answerCode)
    const { contractAddress } = JSON.parse(created) as { contractAddress: Hex }
    assert.deepEqual(JSON.parse(await cast('call', contractAddress, 'answer()(uint256)')), [42])
  })

  function cast(command: string, ...parameters: readonly string[]): Promise<string> {
    return run(castFile, [
      command,
      '--json',
      '--rpc-url',
      proxy.urlWithToken('/eth'),
      ...parameters,
    ]).then(({ stdout }) => stdout)
  }
})
