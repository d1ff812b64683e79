// Written by scripts/contracts.ts.
import { accountFactory } from './account-factory.ts'
import { actionTiers } from './action-tiers.ts'
import { chainParams } from './chain-params.ts'
import { checkIn } from './check-in.ts'
import { didRegistry } from './did-registry.ts'
import { keyDirectory } from './key-directory.ts'
import { parsGovernor } from './pars-governor.ts'
import { parsTimelock } from './pars-timelock.ts'
import { pipRegistry } from './pip-registry.ts'
import { pqAccount } from './pq-account.ts'
import { treasury } from './treasury.ts'
import { upgradeSchedule } from './upgrade-schedule.ts'
import { validatorSet } from './validator-set.ts'
import { vePars } from './ve-pars.ts'

export const systemContracts = [chainParams, upgradeSchedule, validatorSet, vePars, pipRegistry, parsGovernor, parsTimelock, treasury, didRegistry, keyDirectory, checkIn, accountFactory, pqAccount, actionTiers] as const
