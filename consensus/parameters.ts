import { limits } from './limits.ts'

/** Consensus-critical: equal on every node of a network, fixed by its genesis. */
export interface Constants {
  /** Rounds. */
  readonly gcDepth: number
  /** Commits between two looks at the leaders' reputation. */
  readonly scheduleWindow: number
}

export const constants: Constants = {
  gcDepth: limits.gcDepth.value,
  scheduleWindow: limits.scheduleWindow.value,
}

/** A node's own: two nodes may differ in all of them and still agree. Milliseconds unless said. */
export interface Parameters {
  /** Between two own blocks while there is something to order. */
  readonly minRoundDelay: number
  /** Between two own blocks while there is not. */
  readonly idleRoundDelay: number
  /** How long a round waits for its leader at least. */
  readonly leaderTimeout: number
  /** What slow quorums may raise the timeout to. */
  readonly leaderTimeoutCap: number
  /** Rounds behind the quorum after which a node skips to it. Below gcDepth / 2. */
  readonly jumpLag: number
  /** Certified commits that a node may lack and still propose. */
  readonly commitLag: number
  /** Commits that execution may be behind before own blocks stay empty. */
  readonly executionLag: number
  /** Before a missing ancestor is asked for: it is usually on its way. */
  readonly fetchDelay: number
  /** Before the next peer is asked. */
  readonly requestTimeout: number
  /** Between two start-up questions. */
  readonly askDelay: number
  /**
   * How long a validator without its memory listens for another process with its key, once the others
   * have answered: longer than idleRoundDelay and clockDrift together.
   */
  readonly doppelgangerWindow: number
  /** A block from farther ahead of the own clock waits. */
  readonly clockDrift: number
}

export const parameters: Parameters = {
  minRoundDelay: 200,
  idleRoundDelay: 5_000,
  leaderTimeout: 500,
  leaderTimeoutCap: 4_000,
  jumpLag: 20,
  commitLag: 5,
  executionLag: 20,
  fetchDelay: 50,
  requestTimeout: 1_000,
  askDelay: 1_000,
  doppelgangerWindow: 8_000,
  clockDrift: 2_000,
}

/** For links of seconds, as by radio. */
export const slowLinkParameters: Parameters = {
  ...parameters,
  idleRoundDelay: 60_000,
  leaderTimeoutCap: 128_000,
  fetchDelay: 2_000,
  requestTimeout: 30_000,
  askDelay: 30_000,
  doppelgangerWindow: 90_000,
}
