import assert from 'node:assert/strict'

import { type Clock, encodeRlp, fixed, hex, utf8 } from '#base'
import type { BlockView, Header } from '#chain'
import { keccak256 } from '#crypto'

import { limits } from '../../rpc/limits.ts'
import { renderBlock } from '../../rpc/render/block.ts'
import { renderFullBlock } from '../../rpc/render/full-block.ts'
import { renderFoundLog, renderFoundLogs } from '../../rpc/render/log.ts'
import { renderParsTransaction } from '../../rpc/render/pars-transaction.ts'
import { renderReceipt } from '../../rpc/render/receipt.ts'
import * as results from '../../rpc/schema/results.ts'
import { nativeView } from '../../rpc/view.ts'
import { FixtureChain } from './fixture-chain.ts'

const view = nativeView(renderParsTransaction)

/** Fields that an Ethereum profile's oldest headers do not have. */
const later = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
] as const satisfies (keyof Header)[]

function frontier(): BlockView {
  const { withdrawals: _, ...block } = new FixtureChain().blocks[1]!
  const kept = Object.entries(block.header).filter(([name]) => !later.some((one) => one === name))
  return { ...block, header: Object.fromEntries(kept) as unknown as Header }
}

/** Waits for nothing. */
function countingClock(paused: () => void): Clock {
  return {
    now: () => 0,
    after(_, task) {
      paused()
      queueMicrotask(task)
      return { cancel() {} }
    },
  }
}

describe('rendering', () => {
  it('leaves out what a block of an earlier fork does not have', () => {
    const rendered = renderBlock(frontier())
    assert.equal(results.block.safeParse(rendered).error, undefined)
    for (const name of [...later, 'withdrawals', 'totalDifficulty']) {
      assert.equal(name in rendered, false, name)
    }
  })

  it('writes a full block in pieces, so that others get in between', async () => {
    const block = new FixtureChain().blocks[1]!
    const [first] = block.transactions
    const transactions = Array.from({ length: 500 }, (_, index) => ({ ...first!, index }))
    let pauses = 0
    const clock = countingClock(() => pauses++)
    const { text } = await renderFullBlock({ ...block, transactions }, view, clock)
    const { transactions: written, ...fields } = JSON.parse(text) as ReturnType<typeof renderBlock>
    const { transactions: _, ...expected } = renderBlock(block)
    assert.deepEqual(fields, expected)
    assert.equal(results.block.safeParse(JSON.parse(text)).error, undefined)
    assert.equal(written.length, 500)
    const perPiece = Math.ceil(limits.renderCharacters.value / JSON.stringify(written[0]).length)
    assert.ok(pauses > 0)
    assert.ok(Math.abs(pauses - Math.floor(500 / perPiece)) <= 1, `${pauses} pauses`)
  })

  it('writes logs in pieces too, each as it would stand alone', async () => {
    const placed = new FixtureChain().blocks[1]!
    const [log] = placed.transactions[1]!.receipt.logs
    const found = Array.from({ length: 2000 }, (_, logIndex) => ({
      ...log!,
      blockNumber: 1n,
      blockHash: placed.hash,
      timestamp: placed.header.timestamp,
      transactionHash: placed.transactions[1]!.hash,
      transactionIndex: 1,
      logIndex,
    }))
    let pauses = 0
    const { text } = await renderFoundLogs(
      found,
      countingClock(() => pauses++),
    )
    assert.deepEqual(JSON.parse(text), found.map(renderFoundLog))
    assert.equal(pauses, Math.floor(text.length / limits.renderCharacters.value))
    assert.equal(
      (
        await renderFoundLogs(
          [],
          countingClock(() => pauses++),
        )
      ).text,
      '[]',
    )
  })

  it('names ommers by their hashes', () => {
    const ommer = encodeRlp([utf8('header')])
    const rendered = renderBlock({ ...frontier(), ommers: [ommer] })
    assert.deepEqual(rendered.uncles, [hex(keccak256(ommer))])
  })

  it('gives withdrawals where a block has them', () => {
    const withdrawal = { index: 1n, validatorIndex: 2n, address: fixed(3, 20), amount: 4n }
    const rendered = renderBlock({ ...frontier(), withdrawals: [withdrawal] })
    assert.equal(results.block.safeParse(rendered).error, undefined)
    assert.deepEqual(rendered.withdrawals, [
      { index: '0x1', validatorIndex: '0x2', address: hex(fixed(3, 20)), amount: '0x4' },
    ])
  })

  it('gives a receipt its status or its root, and blob gas where it was used', () => {
    const block = new FixtureChain().blocks[1]!
    const [placed] = block.transactions
    const { status: _, ...receipt } = placed!.receipt
    const old = renderReceipt(view, block, {
      ...placed!,
      receipt: { ...receipt, root: fixed(1, 32) },
    })
    assert.equal(results.receipt.safeParse(old).error, undefined)
    assert.deepEqual(['status' in old, old.root], [false, hex(fixed(1, 32))])
    const blob = { ...placed!.receipt, blobGasUsed: 131_072n, blobGasPrice: 1n }
    const rendered = renderReceipt(view, block, { ...placed!, receipt: blob })
    assert.deepEqual([rendered.blobGasUsed, rendered.blobGasPrice], ['0x20000', '0x1'])
    assert.equal(results.receipt.safeParse(rendered).error, undefined)
  })
})
