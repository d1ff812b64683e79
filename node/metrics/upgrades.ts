import type { UpgradeWatch } from '../upgrade-watch.ts'
import type { Instruments } from './instruments.ts'

export function upgradeMetrics(
  instruments: Instruments,
  upgrades: Pick<UpgradeWatch, 'missing'>,
): void {
  instruments.gauge(
    'pars_upgrade_missing',
    'Upgrades that are scheduled and that this node cannot run.',
    () => upgrades.missing,
  )
}
