/**
 * What a person is on a network: keystore files, which hold a key under a password for one network.
 * Bytes in, bytes out: no disk, no terminal, no network.
 *
 * @module
 */
export { formatKeystore, parseKeystore } from './document.ts'
export {
  checkNetwork,
  type KdfCost,
  type Keystore,
  type KeyPurpose,
  openKeystore,
  type SealOptions,
  sealKey,
} from './keystore.ts'
export { limits } from './limits.ts'
