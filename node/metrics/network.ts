import type { Network } from '#network'

import type { Instruments } from './instruments.ts'

export function networkMetrics(
  instruments: Instruments,
  network: Pick<Network, 'peers' | 'traffic'>,
): void {
  instruments.gauges(
    'pars_network_peers',
    'Connected nodes: reserved are those of the committee and those that the operator named.',
    ['direction', 'kind'],
    () => {
      const peers = network.peers()
      return (['inbound', 'outbound'] as const).flatMap((direction) =>
        ([true, false] as const).map(
          (isReserved) =>
            [
              { direction, kind: isReserved ? 'reserved' : 'other' },
              peers.filter((one) => one.direction === direction && one.isReserved === isReserved)
                .length,
            ] as const,
        ),
      )
    },
  )
  instruments.counters(
    'pars_network_bytes_total',
    'Payload by class of traffic. Of gossip, transactions has what came in alone.',
    ['class', 'direction'],
    () =>
      Object.entries(network.traffic().bytes).flatMap(
        ([name, { received, sent }]) =>
          [
            [{ class: name, direction: 'received' }, received],
            [{ class: name, direction: 'sent' }, sent],
          ] as const,
      ),
  )
  instruments.counters(
    'pars_network_handshakes_total',
    'Connections: refused before TLS, begun, and completed.',
    ['outcome'],
    () =>
      Object.entries(network.traffic().handshakes).map(([outcome, count]) => [{ outcome }, count]),
  )
  instruments.gauge(
    'pars_network_banned_peers',
    'Peers that are banned now.',
    () => network.traffic().banned,
  )
}
