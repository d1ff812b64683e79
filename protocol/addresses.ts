import { unhex } from '#base'

/** Addresses that mean the same on every Pars network, 20 bytes each. */
export const systemAddresses = {
  /** Calls the system contracts at the start of a block; nobody holds a key for it. @see EIP-4788 */
  system: unhex('0xfffffffffffffffffffffffffffffffffffffffe'),
  /** Hashes of the last 8191 blocks. @see EIP-2935 */
  blockHashes: unhex('0x0000f90827f1c53a10cb7a02335b175320002935'),
  mldsaVerify: unhex('0x0000000000000000000000000000000000000601'),
  /** The key registry. */
  accounts: unhex('0x0000000000000000000000000000000000000606'),
  /** The next nonce of every lane. */
  nonces: unhex('0x0000000000000000000000000000000000000607'),
  /** Digests of the commits behind the last 8191 blocks. */
  commitDigests: unhex('0x0000000000000000000000000000000000000610'),
  /** Receives what a block earns. */
  feeCollector: unhex('0x0000000000000000000000000000000000000611'),
  mldsa44: unhex('0x0000000000000000000000000000000000000612'),
  mldsa65: unhex('0x0000000000000000000000000000000000000613'),
  mldsa87: unhex('0x0000000000000000000000000000000000000614'),
} as const
