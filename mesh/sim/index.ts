/**
 * A clock and media that exist only in the machine: a minute of latency passes at once, and the same
 * seed gives the same run.
 *
 * @module
 */
export { Air, type Listener } from './air.ts'
export { Chance, SeededRandom } from './chance.ts'
export type { BurstLoss, Conditions, Partition } from './conditions.ts'
export { type Meeting, type MeetingOptions, meet } from './meeting.ts'
export { SimMedium, simPair } from './sim-medium.ts'
export { VirtualClock } from './virtual-clock.ts'
