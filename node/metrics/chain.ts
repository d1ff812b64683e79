import type { Chain } from '#chain'

import type { Instruments } from './instruments.ts'

const executionBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** @param finalized The highest block whose hash a quorum has attested. */
export function chainMetrics(
  instruments: Instruments,
  chain: Chain,
  finalized: () => number,
): void {
  const totals = { blocks: 0, gas: 0, transactions: 0 }
  const execution = instruments.histogram(
    'pars_chain_execution_seconds',
    'From a commit to its blocks on disk, the wait for earlier commits included.',
    executionBounds,
  )
  chain.onExecuted(({ time, blocks, transactions }) => {
    execution.observe(time / 1000)
    totals.transactions += transactions
    totals.blocks += blocks.length
    for (const { header } of blocks) totals.gas += Number(header.gasUsed)
  })
  instruments.gauge('pars_chain_head_height', 'Number of the last executed block.', () =>
    Number(chain.head.header.number),
  )
  instruments.gauge('pars_chain_head_timestamp_seconds', 'Timestamp of the last block.', () =>
    Number(chain.head.header.timestamp),
  )
  instruments.gauge(
    'pars_chain_finalized_height',
    'Number of the highest block that a quorum has attested.',
    finalized,
  )
  instruments.gauge(
    'pars_chain_base_fee_gwei',
    'Base fee of the next block.',
    () => Number(chain.nextBaseFee) / 1e9,
  )
  instruments.gauge('pars_chain_stopped', 'Whether execution has stopped for good.', () =>
    chain.stopped === undefined ? 0 : 1,
  )
  instruments.counter('pars_chain_blocks_total', 'Blocks executed.', () => totals.blocks)
  instruments.counter('pars_chain_gas_used_total', 'Gas used in those blocks.', () => totals.gas)
  instruments.counter(
    'pars_chain_transactions_total',
    'Transactions in those blocks.',
    () => totals.transactions,
  )
  instruments.counter(
    'pars_chain_reads_total',
    'Reads of state and blocks that reader threads were asked for.',
    () => chain.readCalls.begun,
  )
  instruments.gauge(
    'pars_chain_reads_waiting',
    'Reads under way or waiting for a reader thread.',
    () => chain.readCalls.waiting,
  )
}
