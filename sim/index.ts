/**
 * A world in one thread, for the consensus that production runs: virtual time, links that lose,
 * double and overtake, disks that lose what was not synced, validators that lie; everything from one
 * seed, and every step watched. `run.ts` is its command.
 *
 * @module
 */
export { type Latency, type LatencyOptions, measureLatency, type Quantiles } from './latency.ts'
