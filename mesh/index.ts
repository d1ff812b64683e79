/**
 * Two people without the internet: addresses that prove themselves, paths by announces, links without
 * signatures, transfers over media that lose. Pure: media, clock and randomness are ports.
 *
 * @module
 */
export type { MeshFault } from './faults.ts'
export type { Arrival, Medium, MediumFacts, MediumKind, MediumMode } from './medium.ts'
