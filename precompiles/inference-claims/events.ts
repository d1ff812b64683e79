import { event } from '../contract.ts'

const claim = ['bytes32', 'id'] as const
const number = ['uint64', 'number'] as const

/** The input and the output stand in full in the transaction that claimed, and in this log. */
export const claimed = event(
  'Claimed',
  [claim, ['bytes32', 'model'], ['address', 'claimant']],
  [
    ['bytes32', 'traceTop'],
    ['bytes', 'input'],
    ['bytes', 'output'],
  ],
)

export const challenged = event('Challenged', [claim, number, ['address', 'challenger']], [])

/** What the claimant showed below the hash in question. */
export const revealed = event('Revealed', [claim, number], [['bytes32[]', 'hashes']])

/** The hash in question now. A level of 0 is a leaf of the trace, which is to be proven. */
export const chosen = event(
  'Chosen',
  [claim, number],
  [
    ['uint64', 'level'],
    ['uint64', 'index'],
    ['bytes32', 'hash'],
  ],
)

/** A challenge was decided; `refuted`: against the claim, which falls with it. */
export const decided = event('Decided', [claim, number], [['bool', 'refuted']])

export const settled = event('Settled', [claim], [])
