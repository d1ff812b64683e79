import { z } from 'zod'

import { readSchedule } from '#governance'

import { defineMethod } from '../../method.ts'
import { renderPlugin } from '../../render/governance.ts'
import { quantity } from '../../render/quantity.ts'
import * as governance from '../../schema/governance.ts'
import { governed } from './governed.ts'

export const getUpgradeSchedule = defineMethod({
  name: 'pars_getUpgradeSchedule',
  summary:
    'Upgrades that were voted for and wait, with how much of the stake is ready for them, and the precompiles that earlier ones activated.',
  params: z.tuple([]),
  paramNames: [],
  result: governance.upgradeSchedule,
  long: true,
  brief: true,
  handler: async (_, context) => {
    const { pending, activated } = await governed(context, readSchedule)
    return {
      pending: pending.map(({ id, pip, activation, lapse, plugins, settings, readiness }) => ({
        id,
        pip,
        activation,
        lapse,
        plugins: plugins.map(renderPlugin),
        settings: settings.map(({ name, value }) => ({ name, value: quantity(value) })),
        totalStake: quantity(readiness.totalStake),
        readyStake: quantity(readiness.readyStake),
        neededStake: quantity(readiness.neededStake),
        isReady: readiness.isReady,
      })),
      activated: activated.map((one) => ({ ...renderPlugin(one), from: quantity(one.from) })),
    }
  },
})
