// Written by scripts/contracts.ts.
export { accountVerifier } from './account-verifier.ts'
export { chainParams } from './chain-params.ts'
export { upgradeSchedule } from './upgrade-schedule.ts'
export { validatorSet } from './validator-set.ts'
export { weightedMultisig } from './weighted-multisig.ts'
