/**
 * The system contracts of governance, identity and sessions: address and typed ABI, in the form that
 * viem, ethers and wagmi take. Without their code, so that a page does not carry it.
 *
 * @module
 */
export {
  accountFactoryContract,
  actionTiersContract,
  chainParamsContract,
  checkInContract,
  didRegistryContract,
  keyDirectoryContract,
  parsGovernorContract,
  parsTimelockContract,
  pipRegistryContract,
  pqAccountContract,
  treasuryContract,
  upgradeScheduleContract,
  validatorSetContract,
  veParsContract,
} from '#contracts'
