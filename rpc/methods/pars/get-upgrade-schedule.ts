import { z } from 'zod'

import { limits, readSchedule, type Upgrade } from '#governance'

import { defineMethod } from '../../method.ts'
import { renderPlugin } from '../../render/governance.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { governed } from './governed.ts'

export const getUpgradeSchedule = defineMethod({
  name: 'pars_getUpgradeSchedule',
  summary: `Upgrades that were voted for and wait, with how much of the stake is ready for them, what came of the last ${limits.pastUpgrades.value} others, and the precompiles that upgrades activated. An upgrade is Void whose time came and one of whose precompiles could not be: nothing of it runs.`,
  params: z.tuple([]),
  paramNames: [],
  result: governance.upgradeSchedule,
  long: true,
  brief: true,
  handler: async (_, context) => {
    const { pending, past, activated } = await governed(context, readSchedule)
    return {
      pending: pending.map(({ readiness, ...upgrade }) => ({
        ...render(upgrade),
        totalStake: quantity(readiness.totalStake),
        readyStake: quantity(readiness.readyStake),
        neededStake: quantity(readiness.neededStake),
        isReady: readiness.isReady,
      })),
      past: past.map((upgrade) => ({
        ...render(upgrade),
        state: upgrade.state,
        activatedAt: upgrade.activatedAt === undefined ? null : quantity(upgrade.activatedAt),
      })),
      activated: activated.map((one) => ({ ...renderPlugin(one), from: quantity(one.from) })),
    }
  },
})

function render({ id, pip, activation, lapse, plugins, settings }: Upgrade) {
  return {
    id,
    pip,
    activation,
    lapse,
    plugins: plugins.map(renderPlugin),
    settings: settings.map(({ name, value }) => ({ name, value: quantity(value) })),
  }
}
