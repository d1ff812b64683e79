/**
 * Keys that a browser keeps: in WebCrypto where it has ML-DSA, beside it where it has not.
 *
 * @module
 */
export {
  type BrowserKeyEntry,
  type BrowserKeys,
  createBrowserKeys,
  type Keeper,
  type NewBrowserKey,
} from './browser-keys.ts'
export type { KeyPlatform } from './platform.ts'
