import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { decodeRlp, encodeRlp, hex, rlpList, trimmed } from '#base'

import { applyTransaction } from '../../chain/block/apply.ts'
import { encodeHeader, headerFromRlp } from '../../chain/block/header.ts'
import { readHeader, readBlock } from '../../chain/block/sealed.ts'
import { uninterrupted } from '../../chain/reads/context.ts'
import { createExecution } from '../../chain/reads/execution.ts'
import { historicalState } from '../../chain/state/index.ts'
import { endBlock, requestsOf } from './block-rules.ts'
import { ethereumBuilder } from './builder.ts'
import { EthereumPool } from './pool.ts'
import { readSuite } from './replay.ts'
import { importEthereum, type Opened } from './serve.ts'

const vectors = path.join(process.env['PARS_VECTORS'] ?? '../shared/vectors', 'execution-apis')
const absent = !existsSync(vectors)

describe(`an imported chain${absent ? ` (pending: no ${vectors})` : ''}`, function () {
  this.timeout(60_000)
  let opened: Opened

  before(async function () {
    if (absent) this.skip()
    opened = await importEthereum({
      genesis: path.join(vectors, 'genesis.json'),
      chain: path.join(vectors, 'chain.rlp'),
    })
  })

  it('comes to the same roots when each block is made again on the state of its parent', async () => {
    const { store, profile, ledger } = opened
    const context = { reader: store.snapshot(), profile, interrupt: uninterrupted }
    for (let number = 1n; number <= ledger.head.header.number; number++) {
      const block = readBlock(context.reader, number)
      assert.ok(block)
      const { header } = block
      const state = historicalState(context.reader, number - 1n)
      const execution = createExecution(context, state, { header })
      const { executor, vmBlock } = execution
      await profile.blocks.begin(execution, readHeader(context.reader, number - 1n)!.header)
      let gasUsed = 0n
      for (const { wire, receipt } of block.transactions) {
        const envelope = profile.decode(wire, header)
        await profile.blocks.prepare(execution, envelope)
        const again = await applyTransaction(executor, envelope, vmBlock, gasUsed)
        assert.deepEqual(again, { ...receipt, logsBloom: receipt.logsBloom })
        gasUsed = again.cumulativeGasUsed
      }
      if (header.requestsHash !== undefined) {
        await requestsOf(executor, vmBlock, [], profile.depositContract)
      }
      await endBlock(executor, vmBlock, {
        ommers: block.ommers.map((ommer) => headerFromRlp(decodeRlp(ommer))),
        withdrawals: block.withdrawals,
      })
      assert.equal(hex(await state.rootLater()), hex(header.stateRoot), `block ${number}`)
    }
    await context.reader.close()
  })

  it('takes the block that was built from its pool, blobs included', async () => {
    const { store, profile, ledger, importer } = opened
    const { head } = ledger
    const pool = new EthereumPool(profile, store, head)
    for (const { name, steps } of readSuite(path.join(vectors, 'tests'))) {
      if (!name.startsWith('eth_sendRawTransaction/')) continue
      for (const { request } of steps) {
        const { params } = JSON.parse(request) as { readonly params: readonly [string] }
        await pool.submit(Uint8Array.fromHex(params[0].slice(2)))
      }
    }
    const built = await ethereumBuilder({ store, profile, head, pool }).build({
      parentHash: head.hash,
      timestamp: head.header.timestamp + 12n,
      prevRandao: new Uint8Array(32).fill(7),
      feeRecipient: new Uint8Array(20).fill(8),
      withdrawals: [
        { index: 1n, validatorIndex: 2n, address: new Uint8Array(20).fill(9), amount: 3n },
      ],
      parentBeaconBlockRoot: new Uint8Array(32).fill(10),
      transactions: undefined,
      extraData: Uint8Array.of(1, 2, 3),
    })
    assert.ok(built.transactions.length > 0 && built.value > 0n)
    assert.equal(built.blobs?.blobs.length, Number((built.header.blobGasUsed ?? 0n) / 131_072n))
    const header = await importer.import(
      rlpList([
        encodeHeader(built.header),
        rlpList(
          built.transactions.map((wire) => ((wire[0] ?? 0) >= 0xc0 ? wire : encodeRlp(wire))),
        ),
        rlpList([]),
        encodeRlp(
          built.withdrawals.map(({ index, validatorIndex, address, amount }) => [
            trimmed(index),
            trimmed(validatorIndex),
            address,
            trimmed(amount),
          ]),
        ),
      ]),
    )
    assert.equal(header.number, head.header.number + 1n)
    assert.equal(hex(ledger.head.hash), hex(built.hash))
  })
})
