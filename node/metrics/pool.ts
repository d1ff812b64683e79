import type { Chain, Priority, Verifier } from '#chain'

import type { Instruments } from './instruments.ts'

const priorities: readonly Priority[] = ['header', 'body', 'pool']

export function poolMetrics(
  instruments: Instruments,
  pool: Chain['pool'],
  verifier: Verifier,
): void {
  instruments.gauges(
    'pars_pool_transactions',
    'Transactions in the pool that a block could take now, and those that wait for another.',
    ['state'],
    () => [
      [{ state: 'executable' }, pool.executable],
      [{ state: 'waiting' }, pool.size - pool.executable],
    ],
  )
  instruments.gauge('pars_pool_bytes', 'Memory that the pool takes.', () => pool.bytes)
  instruments.counters(
    'pars_pool_admissions_total',
    'What came of transactions offered: accepted, known, or the code of the refusal.',
    ['outcome'],
    () => [...pool.outcomes].map(([outcome, count]) => [{ outcome }, count]),
  )
  instruments.counters(
    'pars_verifications_total',
    'Signatures verified, by what they were verified for.',
    ['priority'],
    () => priorities.map((priority) => [{ priority }, verifier.done(priority)]),
  )
  instruments.gauges(
    'pars_verifications_waiting',
    'Slots taken by verifications that wait for their turn.',
    ['priority'],
    () => priorities.map((priority) => [{ priority }, verifier.waiting(priority)]),
  )
}
