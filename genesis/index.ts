/**
 * The document a network starts from: its form and rules, its hash G, the state before block 1, and
 * the presets. Runs nothing and reads no file.
 *
 * @module
 */
export {
  type AllocatedAccount,
  type AllocatedKey,
  type GenesisAllocation,
  genesisAllocation,
  pluginCode,
} from './allocation.ts'
export { cloneGenesis, createGenesis } from './create.ts'
export type { GenesisDocument } from './document.ts'
export { formatGenesis } from './format.ts'
export {
  type AccountKey,
  type Genesis,
  type GenesisAccount,
  genesisFormat,
  type GenesisValidator,
  type ScheduledPrecompile,
} from './genesis.ts'
export {
  boundsOf,
  type CurvePoint,
  type GovernanceParameters,
  governanceRules,
  linearCurve,
  type ParameterName,
  type ParameterRule,
  usualGovernance,
} from './governance.ts'
export { genesisHash } from './hash.ts'
export { limits } from './limits.ts'
export { parseGenesis } from './parse.ts'
export { fixedAddresses } from './predeploys.ts'
export { preset, type PresetName, presetNames } from './presets.ts'
export { proveValidator } from './proof.ts'
export { isPublished, type TestAccount, testAccounts } from './published-keys.ts'
