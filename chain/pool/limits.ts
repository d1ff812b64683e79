import type { Limits } from '#base'

/** @see PIP-0002 "Pool" */
export const limits = {
  transactionsPerSender: {
    value: 64,
    unit: 'transactions',
    why: 'one key must not fill the pool; a rotation invalidates at most these',
  },
  lanesPerSender: { value: 16, unit: 'lanes', why: 'each lane is a new storage slot for ever' },
  nonceAhead: { value: 63, unit: 'nonces', why: 'how far a gap may reach; blocks park as many' },
  laneNonceAhead: { value: 15, unit: 'nonces', why: 'lanes are for transactions without an order' },
  bytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    why: 'memory of all pooled transactions, decoded access lists included',
  },
  replacementPercent: {
    value: 10,
    unit: 'percent',
    why: 'what a replacement must add to both fees, so that each costs more than the last',
  },
  expiryMargin: {
    value: 30,
    unit: 'seconds',
    why: 'a transaction about to expire would be verified in vain',
  },
  expiredSlot: {
    value: 600_000,
    unit: 'milliseconds',
    why: 'how long an expired transaction counts against its sender; else expiry is free space',
  },
  verifications: {
    value: 4,
    unit: 'verifications',
    why: 'under way at once: twice the cores of a small machine',
  },
  verificationQueue: {
    value: 1024,
    unit: 'transactions',
    why: 'waiting for verification: about 0.2 s of work',
  },
  clientRate: {
    value: 50,
    unit: 'transactions per second',
    why: 'per client address, before C1; the programs of one machine share one',
  },
  clientBurst: { value: 200, unit: 'transactions', why: 'what a client may send at once' },
  clients: { value: 4096, unit: 'clients', why: 'whose rates are remembered' },
  rejected: { value: 16_384, unit: 'hashes', why: 'encodings known to be invalid, by wire hash' },
  misfits: {
    value: 256,
    unit: 'lanes',
    why: 'passed over for want of room in a block before its selection ends',
  },
  evictions: {
    value: 65_536,
    unit: 'records',
    why: 'how many evicted transactions the journal remembers with their reason',
  },
} as const satisfies Limits
