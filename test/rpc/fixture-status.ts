import type { ConsensusStatus } from '#rpc'

/** Of a follower that has executed half of what it knows. */
export const consensus: ConsensusStatus = {
  epoch: 0,
  author: null,
  standing: 'following',
  execution: 'running',
  round: 90,
  committed: 80,
  executed: 40,
  certified: 80,
  finalized: 2,
  sync: null,
  isIdle: false,
  retained: { commits: 80, bytes: 1, bytesPerDay: null },
  validators: [],
}
