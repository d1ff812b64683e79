import assert from 'node:assert/strict'

import { equal, fixed, hex, isFault, toBigInt, unhex, utf8 } from '#base'
import type { TraceConfig } from '#chain'
import { keccak256 } from '#crypto'
import { systemAddresses } from '#protocol'

import { encodeHeader } from '../../../chain/block/header.ts'
import { keys } from '../../../chain/block/layout.ts'
import type { BlockView } from '../../../chain/port.ts'
import { type ReadContext, reads, uninterrupted } from '../../../chain/reads/index.ts'
import { limits } from '../../../chain/reads/limits.ts'
import { accountKey, heightBytes, oldestKey, oldKey } from '../../../chain/state/layout.ts'
import { type Account, accounts, Network } from '../attacks/network.ts'
import { callData, deploy } from '../attacks/solidity.ts'

const [alice, bob, carol] = accounts as readonly [Account, Account, Account]

const calls: TraceConfig = { kind: 'calls', isTopOnly: false, showsLogs: true }
const steps: TraceConfig = {
  kind: 'steps',
  showsStack: true,
  showsMemory: false,
  showsStorage: true,
  showsReturnData: false,
  limit: 0,
}
const diff: TraceConfig = {
  kind: 'prestate',
  isDiff: true,
  showsCode: true,
  showsStorage: true,
  showsEmpty: false,
}

interface AccountText {
  readonly balance?: string
  readonly nonce?: number
  readonly code?: string
  readonly storage?: Readonly<Record<string, string>>
}
type StateText = Readonly<Record<string, AccountText>>
interface Frame {
  readonly type: string
  readonly from: string
  readonly to?: string
  readonly value?: string
  readonly gas: string
  readonly gasUsed: string
  readonly error?: string
  readonly revertReason?: string
  readonly calls?: readonly Frame[]
  readonly logs?: readonly { readonly address: string; readonly index: string }[]
}

/** Has the lender call `target`. */
const through = (target: Uint8Array, data: Uint8Array): Uint8Array =>
  callData('Lender', 'call', [hex(target), hex(data)])
const flat = (frame: Frame): Frame[] => [frame, ...(frame.calls ?? []).flatMap(flat)]

const pruned = (error: unknown): boolean => isFault(error, 'STATE_PRUNED')

function contextOf({ store, profile }: Network): ReadContext {
  return { reader: store.snapshot(), profile, interrupt: uninterrupted }
}

describe('traces of a Pars network', function () {
  this.timeout(120_000)
  let network: Network
  let context: ReadContext
  let lender: Uint8Array = new Uint8Array(0)

  /** A lender is deployed, called, fails, and pays; on a nonce lane, too. */
  before(async () => {
    network = await Network.start()
    lender = await deploy(network, 'Lender')
    await network.run(alice, { to: bob.address, value: 5n })
    await network.run(alice, { to: lender, value: 7n, data: through(carol.address, utf8('x')) })
    await network.run(bob, {
      to: lender,
      data: callData('Lender', 'callThenRevert', [hex(carol.address), '0x']),
    })
    await network.run(bob, { to: lender, value: 1n, data: through(fixed(2, 20), utf8('y')) })
    await network.run(carol, { to: bob.address, value: 3n, nonceKey: 9n })
    await network.run(carol, { to: lender, data: callData('Lender', 'register', []) })
    const reader = network.store.snapshot()
    context = { reader, profile: network.profile, interrupt: uninterrupted }
  })
  after(async () => {
    await context?.reader.close()
    await network?.close()
  })

  function blocks(): readonly BlockView[] {
    const head = reads.header(context, 'latest')?.header.number ?? 0n
    return Array.from({ length: Number(head) }, (_, index) => {
      const block = reads.block(context, { number: BigInt(index) + 1n })
      assert.ok(block !== undefined)
      return block
    })
  }

  it('tell of every transaction what its receipt tells', async () => {
    let traced = 0
    for (const block of blocks()) {
      for (const { hash, receipt, firstLog } of block.transactions) {
        const frame = JSON.parse(
          (await reads.traceTransaction(context, hash, calls))?.json ?? '',
        ) as Frame
        assert.equal(BigInt(frame.gasUsed), receipt.gasUsed)
        assert.equal(frame.error === undefined, receipt.status === 1)
        const logs = flat(frame).flatMap((one) => one.logs ?? [])
        assert.deepEqual(
          logs.map(({ index }) => BigInt(index)),
          receipt.logs.map((_, index) => BigInt(firstLog + index)),
        )
        const log = JSON.parse(
          (await reads.traceTransaction(context, hash, steps))?.json ?? '',
        ) as {
          gas: number
          failed: boolean
        }
        assert.equal(BigInt(log.gas), receipt.gasUsed)
        assert.equal(log.failed, receipt.status !== 1)
        traced++
      }
    }
    assert.ok(traced >= 7)
  })

  it('show calls with what they pass and why they failed', async () => {
    const failed = blocks().flatMap(({ transactions }) =>
      transactions.filter(({ receipt }) => receipt.status === 0),
    )
    const [first] = failed
    assert.ok(first !== undefined)
    const frame = JSON.parse(
      (await reads.traceTransaction(context, first.hash, calls))?.json ?? '',
    ) as Frame
    assert.equal(frame.error, 'execution reverted')
    assert.equal(frame.revertReason, 'outer')
    assert.equal(frame.calls?.[0]?.to, hex(carol.address))
  })

  it('of a diff replay to the state after: balances, nonces, code, storage, lanes and keys', async () => {
    for (const block of blocks()) {
      const number = block.header.number
      const text = await reads.traceBlock(context, { number }, diff)
      for (const { result } of JSON.parse(text?.json ?? '[]') as {
        result: { pre: StateText; post: StateText }
      }[]) {
        const addresses = new Set([...Object.keys(result.pre), ...Object.keys(result.post)])
        assert.ok(addresses.size >= 2)
        if (block.transactions.length > 1) continue
        for (const key of addresses) {
          const address = unhex(key)
          const [pre, post] = [result.pre[key], result.post[key]]
          const before = { number: number - 1n }
          assert.equal(
            BigInt(pre?.balance ?? 0),
            (await reads.balance(context, address, before)) ?? 0n,
          )
          const balance = await reads.balance(context, address, { number })
          assert.equal(BigInt(post?.balance ?? pre?.balance ?? 0), balance)
          const nonce = await reads.nonce(context, address, { number })
          assert.equal(BigInt(post?.nonce ?? pre?.nonce ?? 0), nonce)
          const code = await reads.code(context, address, { number })
          assert.equal(post?.code ?? pre?.code ?? '0x', hex(code ?? new Uint8Array(0)))
          const slots = new Set([
            ...Object.keys(pre?.storage ?? {}),
            ...Object.keys(post?.storage ?? {}),
          ])
          for (const slot of slots) {
            const word = await reads.storage(context, address, unhex(slot), {
              number,
            })
            assert.equal(BigInt(post?.storage?.[slot] ?? 0), toBigInt(word ?? new Uint8Array(0)))
          }
        }
      }
    }
  })

  it('of a diff name every account that the block changed, but for those that it touches itself', async () => {
    const lane = blocks().find(({ transactions }) =>
      transactions.some(({ receipt }) => equal(receipt.sender, carol.address)),
    )
    assert.ok(lane !== undefined)
    const text = await reads.traceBlock(context, { hash: lane.hash }, diff)
    const [{ result }] = JSON.parse(text?.json ?? '') as [{ result: { post: StateText } }]
    assert.ok(hex(systemAddresses.nonces) in result.post)
    assert.equal(Object.keys(result.post[hex(systemAddresses.nonces)]?.storage ?? {}).length, 1)
  })

  it('count the functions that were called', async () => {
    const [transaction] = blocks()[1]?.transactions ?? []
    assert.ok(transaction !== undefined)
    const called = blocks()
      .flatMap(({ transactions }) => transactions)
      .filter(({ receipt }) => receipt.to !== undefined && equal(receipt.to, lender))
    for (const { hash } of called) {
      const counts = JSON.parse(
        (await reads.traceTransaction(context, hash, { kind: 'selectors' }))?.json ?? '',
      ) as Record<string, number>
      assert.match(Object.keys(counts)[0] ?? '', /^0x[0-9a-f]{8}-\d+$/)
    }
    assert.equal(called.length, 4)
  })

  it('of calls see the state between two transactions, and overrides', async () => {
    const request = { from: alice.address, to: lender, data: callData('Lender', 'networkId', []) }
    const trace = async (...rest: [number?]): Promise<Frame & { output?: string }> =>
      JSON.parse(
        (await reads.traceCall(context, request, 'latest', calls, {}, ...rest))?.json ?? '',
      )
    assert.equal((await trace()).output, hex(network.profile.genesisHash))
    assert.equal((await trace(0)).output, hex(network.profile.genesisHash))
    const overridden = await reads.traceCall(context, request, 'latest', calls, {
      state: [{ address: lender, code: unhex('0x60015f5260205ff3') }],
    })
    assert.equal(toBigInt(unhex(JSON.parse(overridden?.json ?? '').output)), 1n)
    const before = await reads.traceCall(context, request, 'latest', diff)
    const { post } = JSON.parse(before?.json ?? '') as { post: StateText }
    const nonce = await reads.nonce(context, alice.address, 'latest')
    assert.deepEqual(post, { [hex(alice.address)]: { nonce: Number(nonce) + 1 } })
  })

  it('tell the gas of all that was run for them', async () => {
    for (const { header, transactions } of blocks()) {
      const block = await reads.traceBlock(context, { number: header.number }, diff)
      assert.equal(block?.workGas, header.gasUsed)
      for (const { hash, receipt } of transactions) {
        const trace = await reads.traceTransaction(context, hash, calls)
        assert.equal(trace?.workGas, receipt.cumulativeGasUsed)
      }
    }
    const request = { from: alice.address, to: bob.address }
    for (const { header, transactions } of blocks()) {
      const call = async (index: number): Promise<bigint | undefined> => {
        const at = { number: header.number }
        return (await reads.traceCall(context, request, at, calls, {}, index))?.workGas
      }
      const alone = await call(0)
      assert.ok(alone !== undefined && alone > 0n)
      for (const { index, receipt } of transactions.slice(0, -1)) {
        assert.equal(await call(index + 1), alone + receipt.cumulativeGasUsed)
      }
    }
  })

  it('are refused when a call cannot begin, and for the genesis', async () => {
    const poor = reads.traceCall(context, { to: lender, gas: 100n }, 'latest', calls)
    await assert.rejects(poor, (error) => isFault(error, 'READ_TRACE_REFUSED'))
    const genesis = reads.traceBlock(context, 'earliest', calls)
    await assert.rejects(genesis, (error) => isFault(error, 'READ_TRACE_GENESIS'))
    assert.equal(await reads.traceBlock(context, { number: 999n }, calls), undefined)
    assert.equal(await reads.traceTransaction(context, new Uint8Array(32), calls), undefined)
  })

  it('end at the bytes that one answer may have', async () => {
    // JUMPDEST, PUSH0, JUMP: for ever.
    const spin = { state: [{ address: lender, code: unhex('0x5b5f56') }] }
    const request = { from: alice.address, to: lender, gas: 3_000_000n }
    const all = reads.traceCall(context, request, 'latest', steps, spin)
    await assert.rejects(all, (error) => isFault(error, 'READ_TRACE_TOO_LARGE'))
    const some = await reads.traceCall(context, request, 'latest', { ...steps, limit: 3 }, spin)
    const { structLogs, failed } = JSON.parse(some?.json ?? '') as {
      structLogs: []
      failed: boolean
    }
    assert.equal(structLogs.length, 3)
    assert.ok(failed)
  })

  it('stop when nobody waits for them', async () => {
    let asked = 0
    const interrupt = {
      check() {
        if (++asked > 3) throw new TypeError('nobody waits')
      },
    }
    const spin = { state: [{ address: lender, code: unhex('0x5b5f56') }] }
    const request = { from: alice.address, to: lender, gas: 40_000_000n }
    const config = { kind: 'nothing' } as const
    const impatient = reads.traceCall({ ...context, interrupt }, request, 'latest', config, spin)
    await assert.rejects(impatient, { message: 'nobody waits' })
  })

  it('give the bytes that blocks are committed to by', () => {
    for (const block of blocks()) {
      const ref = { hash: block.hash }
      const header = reads.rawHeader(context, ref)
      assert.deepEqual(keccak256(header ?? new Uint8Array(0)), block.hash)
      const raw = reads.rawBlock(context, ref)
      assert.equal(raw?.length, block.size)
      assert.ok(hex(raw ?? new Uint8Array(0)).includes(encodeHeader(block.header).toHex()))
      assert.equal(reads.rawReceipts(context, ref)?.length, block.transactions.length)
    }
  })
})

describe('a search through the blocks that changed an account', function () {
  this.timeout(120_000)

  it('finds transactions by sender, recipient, creation and inner calls, newest first', async () => {
    const network = await Network.start()
    const lender = await deploy(network, 'Lender')
    const data = callData('Lender', 'call', [hex(carol.address), '0x'])
    await network.run(alice, { to: bob.address, value: 5n })
    await network.run(alice, { to: lender, value: 7n, data })
    await network.run(bob, { to: carol.address, value: 1n })
    const reader = network.store.snapshot()
    const context = { reader, profile: network.profile, interrupt: uninterrupted }
    const search = async (address: Uint8Array, ...rest: ['before' | 'after', bigint?, number?]) => {
      const [direction, beside, count = 25] = rest
      const { found, ...ends } = await reads.transactionsOf(
        context,
        address,
        direction,
        beside,
        count,
      )
      return { ...ends, blocks: found.map(({ block }) => Number(block.header.number)) }
    }
    // 1 deploys, 2 pays bob, 3 pays carol through the lender, 4 pays carol.
    const whole = { isOldest: true, isNewest: true }
    assert.deepEqual(await search(carol.address, 'before'), { ...whole, blocks: [4, 3] })
    assert.deepEqual(await search(bob.address, 'after'), { ...whole, blocks: [4, 2] })
    assert.deepEqual((await search(lender, 'before')).blocks, [1])
    const newest = { isOldest: false, isNewest: true, blocks: [4] }
    assert.deepEqual(await search(carol.address, 'before', undefined, 1), newest)
    const rest = { isOldest: true, isNewest: false, blocks: [3] }
    assert.deepEqual(await search(carol.address, 'before', 4n, 1), rest)
    assert.deepEqual((await search(carol.address, 'after', 3n)).blocks, [4])
    const created = await reads.creatorOf(context, lender)
    assert.deepEqual(created?.hash, reads.block(context, { number: 1n })?.transactions[0]?.hash)
    assert.deepEqual(created?.creator, accounts[8]?.address)
    assert.equal(await reads.creatorOf(context, alice.address), undefined)
    const second = reads.block(context, { number: 3n })?.transactions[0]?.hash
    assert.deepEqual(await reads.transactionByNonce(context, alice.address, 1n), second)
    assert.equal(await reads.transactionByNonce(context, alice.address, 2n), undefined)
    await reader.close()
    await network.close()
  })

  it('shows storage by the hashes of slots, before any transaction of a block', async () => {
    const network = await Network.start()
    // SSTORE(calldata word, calldata word) at runtime.
    const data = unhex('0x6005600c60003960056000f35f35805500')
    const made = await network.run(alice, { to: new Uint8Array(0), data })
    const at = made?.contractAddress ?? new Uint8Array(0)
    for (const slot of [5, 6]) await network.run(alice, { to: at, data: fixed(slot, 32) })
    const reader = network.store.snapshot()
    const context = { reader, profile: network.profile, interrupt: uninterrupted }
    const start = new Uint8Array(32)
    const range = async (index: number, most = 10) => {
      const found = await reads.storageRange(context, 'latest', index, at, start, most)
      return { slots: found?.slots.map(({ slot }) => toBigInt(slot)) ?? [], next: found?.next }
    }
    assert.deepEqual(await range(0), { slots: [5n], next: undefined })
    const both = [5n, 6n].toSorted((a, b) =>
      hex(keccak256(fixed(a, 32))) < hex(keccak256(fixed(b, 32))) ? -1 : 1,
    )
    assert.deepEqual(await range(1), { slots: both, next: undefined })
    const next = keccak256(fixed(both[1] ?? 0n, 32))
    assert.deepEqual(await range(1, 1), { slots: both.slice(0, 1), next })
    await reader.close()
    await network.close()
  })
})

describe('what is forgotten', function () {
  this.timeout(60_000)

  it('is neither traced nor searched: the refusal names the height, or the search ends there', async () => {
    const network = await Network.start()
    for (let count = 0; count < 3; count++) await network.run(alice, { to: bob.address, value: 5n })
    const [first] = reads.block(contextOf(network), { number: 1n })?.transactions ?? []
    assert.ok(first !== undefined)
    // The state before block 2 is the oldest that is left.
    await network.store.write([{ type: 'put', key: oldestKey, value: heightBytes(1n) }], {
      sync: false,
    })
    const context = contextOf(network)
    await assert.rejects(reads.traceTransaction(context, first.hash, calls), pruned)
    await assert.rejects(reads.frames(context, first.hash), pruned)
    assert.deepEqual(await reads.transactionByNonce(context, alice.address, 0n), first.hash)
    assert.ok((await reads.traceBlock(context, { number: 2n }, calls)) !== undefined)
    const { found, isOldest } = await reads.transactionsOf(
      context,
      bob.address,
      'before',
      undefined,
      25,
    )
    assert.deepEqual(
      found.map(({ block }) => block.header.number),
      [3n, 2n],
    )
    assert.ok(isOldest)
    const later = [{ type: 'put' as const, key: oldestKey, value: heightBytes(2n) }]
    await network.store.write(later, { sync: false })
    const older = reads.transactionByNonce(contextOf(network), alice.address, 0n)
    await assert.rejects(older, pruned)
    await network.close()
  })

  it('is not looked for without end', async () => {
    const network = await Network.start()
    const head = BigInt(limits.searchBlocks.value) + 10n
    const changes = Array.from({ length: Number(head) }, (_, index) => ({
      type: 'put' as const,
      key: oldKey(accountKey(bob.address), BigInt(index) + 1n),
      value: Uint8Array.of(0),
    }))
    const key = keys.meta('head')
    await network.store.write([...changes, { type: 'put', key, value: heightBytes(head) }], {
      sync: false,
    })
    const search = reads.transactionsOf(contextOf(network), bob.address, 'before', undefined, 25)
    await assert.rejects(search, (error) => {
      assert.ok(isFault(error, 'READ_SEARCH_LONG'))
      assert.match(error.message, /go on before block 11$/)
      return true
    })
    await network.close()
  })
})
