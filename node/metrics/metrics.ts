/** What Prometheus is told of a node. */
import { collectDefaultMetrics, Registry } from 'prom-client'

import type { Clock } from '#base'
import type { Chain, Verifier } from '#chain'
import type { HealthFace, NodeRpcServer } from '#rpc'

import type { CommitteeNode } from '../consensus/committee-node.ts'
import type { UpgradeWatch } from '../upgrade-watch.ts'
import { clientVersion } from '../version.ts'
import { chainMetrics } from './chain.ts'
import { consensusMetrics } from './consensus.ts'
import { Instruments } from './instruments.ts'
import { networkMetrics } from './network.ts'
import { poolMetrics } from './pool.ts'
import { rpcMetrics } from './rpc.ts'
import { upgradeMetrics } from './upgrades.ts'

export interface MetricsSources {
  readonly chain: Chain
  readonly verifier: Verifier
  readonly server: NodeRpcServer
  readonly health: HealthFace
  /** Undefined where the node is its whole network. */
  readonly committee: CommitteeNode | undefined
  readonly clock: Clock
  readonly upgrades: Pick<UpgradeWatch, 'missing'>
}

export function createMetrics(sources: MetricsSources): Registry {
  const { chain, verifier, server, health, committee, clock, upgrades } = sources
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const instruments = new Instruments(registry)
  instruments.gauges('pars_build_info', 'One, with what runs.', ['version'], () => [
    [{ version: clientVersion }, 1],
  ])
  upgradeMetrics(instruments, upgrades)
  const finalized = (): number =>
    committee?.validator.status.finalized ?? Number(chain.head.header.number)
  chainMetrics(instruments, chain, finalized)
  poolMetrics(instruments, chain.pool, verifier)
  rpcMetrics(instruments, server, health)
  if (committee === undefined) return registry
  consensusMetrics(instruments, committee, clock)
  networkMetrics(instruments, committee.network)
  return registry
}
