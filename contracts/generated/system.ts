// Written by scripts/contracts.ts.
import { chainParams } from './chain-params.ts'
import { upgradeSchedule } from './upgrade-schedule.ts'
import { validatorSet } from './validator-set.ts'

export const systemContracts = [chainParams, upgradeSchedule, validatorSet] as const
