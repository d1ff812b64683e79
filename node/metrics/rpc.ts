import { durationBounds, type HealthFace, type NodeRpcServer, outcomes } from '#rpc'

import type { Instruments } from './instruments.ts'

export function rpcMetrics(
  instruments: Instruments,
  server: Pick<NodeRpcServer, 'calls' | 'facts'>,
  health: HealthFace,
): void {
  instruments.counters(
    'pars_rpc_calls_total',
    'Calls by how they ended: success, refused, limited by the rate, late at the deadline, left by the client, failed by the node. What HTTP turns away unread is of no known method.',
    ['method', 'outcome'],
    () =>
      server
        .calls()
        .flatMap(({ method, outcomes: counts }) =>
          outcomes
            .filter((outcome) => counts[outcome] > 0)
            .map((outcome) => [{ method, outcome }, counts[outcome]] as const),
        ),
  )
  instruments.distribution(
    'pars_rpc_call_seconds',
    'From when a call is read to its answer: waiting included, sending not.',
    durationBounds.map((milliseconds) => milliseconds / 1000),
    () =>
      server.calls().map(({ method, durations, time }) => ({
        labels: { method },
        counts: durations,
        sum: time / 1000,
      })),
  )
  instruments.gauges('pars_rpc_connections', 'Open connections.', ['transport'], () =>
    Object.entries(server.facts().connections).map(([transport, count]) => [{ transport }, count]),
  )
  instruments.gauge(
    'pars_rpc_subscriptions',
    'Subscriptions of eth_subscribe.',
    () => server.facts().subscriptions,
  )
  instruments.gauge(
    'pars_rpc_outgoing_bytes',
    'Bytes of answers and notifications on their way to clients.',
    () => server.facts().outgoing,
  )
  instruments.gauge('pars_ready', 'Whether /readyz answers 200.', () =>
    health.unready().length === 0 ? 1 : 0,
  )
}
