/**
 * Pars for ethers: a signer whose transactions are of type 0x50, for ethers' own providers and
 * contracts. Needs the package `ethers` beside `pars`.
 *
 * @module
 */
export { ParsSigner, type ParsTransactionRequest } from './signer.ts'
