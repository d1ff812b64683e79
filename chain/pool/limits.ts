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
    why: 'memory of all pooled transactions: encodings and what they are decoded into',
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
  expiredSlots: {
    value: 131_072,
    unit: 'slots',
    why: 'of expired transactions, remembered; of more the earliest come free at once',
  },
  verificationsPerCore: {
    value: 2,
    unit: 'verifications',
    why: 'under way at once: one that runs and one that is ready when it ends',
  },
  verificationSlot: {
    value: 16_384,
    unit: 'bytes',
    why: 'one slot of a queue; what is larger takes more, so that slots bound the memory too',
  },
  verificationQueue: {
    value: 1024,
    unit: 'slots',
    why: 'waiting for verification, per priority: at most 16 MiB, about 0.2 s of work',
  },
  verificationQueuePerSource: {
    value: 256,
    unit: 'slots',
    why: 'of them for one client or peer: what it may send at once',
  },
  storing: {
    value: 16 * 1024 * 1024,
    unit: 'bytes',
    why: 'verified and on the way to disk; a disk that hangs must not fill the memory',
  },
  restored: {
    value: 32,
    unit: 'transactions',
    why: 'of the journal, verified at once at the start; all large, they fill the queue of a source',
  },
  clientRate: {
    value: 50,
    unit: 'transactions per second',
    why: 'per client address; back comes what cost no C1: programs of one machine share one',
  },
  clientBurst: { value: 200, unit: 'transactions', why: 'what a client may send at once' },
  clients: { value: 4096, unit: 'clients', why: 'whose rates are remembered' },
  peerRate: { value: 200, unit: 'transactions per second', why: 'per peer, before C1' },
  peerByteRate: {
    value: 1024 * 1024,
    unit: 'bytes per second',
    why: 'per peer, before C1: garbage at this rate costs 5 % of a core',
  },
  peers: { value: 1024, unit: 'peers', why: 'whose rates are remembered' },
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
