/**
 * Whether a block is final, for who trusts nobody but the committee: verifies the answer of
 * `pars_getFinality`.
 *
 * @module
 */
export { type FinalityProof, type FinalityTrust, verifyFinality } from './proof.ts'
