/**
 * The media of a mesh node on a real machine: sockets, commands, folders and radios, each behind the
 * one type that mesh/ knows.
 *
 * @module
 */
export { openMedium } from './open.ts'
export { type MediumRecord, mediumOptions } from './options.ts'
export type { MediaPorts, PeerStreams } from './ports.ts'
