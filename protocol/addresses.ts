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
  /** What a network chooses, within the bounds of its genesis. */
  chainParams: unhex('0x0000000000000000000000000000000000000620'),
  /** Upgrades that were voted for, and when they became active. */
  upgradeSchedule: unhex('0x0000000000000000000000000000000000000621'),
  /** The committee, and which upgrades its members are ready for. */
  validatorSet: unhex('0x0000000000000000000000000000000000000622'),
  vePars: unhex('0x0000000000000000000000000000000000000623'),
  pipRegistry: unhex('0x0000000000000000000000000000000000000624'),
  governor: unhex('0x0000000000000000000000000000000000000625'),
  timelock: unhex('0x0000000000000000000000000000000000000626'),
  treasury: unhex('0x0000000000000000000000000000000000000627'),
  didRegistry: unhex('0x0000000000000000000000000000000000000628'),
  keyDirectory: unhex('0x0000000000000000000000000000000000000629'),
  checkIn: unhex('0x000000000000000000000000000000000000062a'),
  accountFactory: unhex('0x000000000000000000000000000000000000062b'),
  /** What clones of the factory run. */
  accountImplementation: unhex('0x000000000000000000000000000000000000062c'),
  actionTiers: unhex('0x000000000000000000000000000000000000062d'),
} as const
