/**
 * Pars for viem: a chain whose transactions are of type 0x50, and accounts that sign them. Needs the
 * package `viem` beside `pars`; clients and actions are viem's own.
 *
 * @module
 */
export { type ParsLocalAccount, toParsAccount } from './account.ts'
export { parsChain, type ParsChainOptions } from './chain.ts'
export { accounts, nonces, verifyMlDsa } from './contracts.ts'
export type { ParsTransaction, ParsTransactionReceipt, ParsTransactionRequest } from './request.ts'
