/**
 * Contracts of Pars in Solidity, with the ABI and the bytecode that scripts/contracts.ts compiles from
 * them. Types come with the values: viem reads them as they are.
 *
 * @module
 */
export * from './generated/index.ts'
export { systemContracts } from './generated/system.ts'
