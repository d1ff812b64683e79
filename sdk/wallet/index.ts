/**
 * A wallet inside a page: an account of the SDK behind the interface that applications expect of a
 * browser's wallet. Needs the package `viem` beside `pars`.
 *
 * @module
 */
export { announceProvider, type ProviderInfo } from './announce.ts'
export { ParsProvider, type ProviderOptions, type WalletRequest } from './provider.ts'
