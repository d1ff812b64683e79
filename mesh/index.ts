/**
 * Two people without the internet: addresses that prove themselves, paths by announces, links without
 * signatures, transfers over media that lose, objects by hash, and files to carry them in. Pure: media,
 * clock, randomness and the store are ports.
 *
 * @module
 */
export {
  type ByteSource,
  type CarriedFile,
  type Condition,
  decodeFile,
  encodeFile,
  type Entry,
  exportBundle,
  importBundle,
  type Imported,
  inspectBundle,
  type Inspected,
  isLabelled,
  Journal,
  labelledBytes,
  type Manifest,
  type ObjectSink,
  type OpeningSecret,
  type Quota,
  type SealingSecret,
} from './bundle/index.ts'
export { type Content, decodeContent, encodeContent } from './content/content.ts'
export type { MeshFault } from './faults.ts'
export {
  beaconGroup4,
  beaconGroup6,
  decodeBeacon,
  encodeBeacon,
  framedBytes,
  type FrameReader,
  type Framing,
  hdlc,
  joinFrames,
  kiss,
  loraAirtime,
  loraBitsPerSecond,
  type LoraParameters,
  masked,
  maskTagBytes,
  NetworkKey,
  rnode,
  rnodeCellBytes,
  rnodeDetection,
  rnodeFarewell,
  rnodeReader,
  rnodeSettings,
  type RnodeWord,
  splitFrames,
} from './framing/index.ts'
export type { Arrival, Medium, MediumFacts, MediumKind, MediumMode } from './medium.ts'
export type { Link } from './node/link.ts'
export { MeshNode, type MeshNodeOptions } from './node/node.ts'
export {
  kindNumbers,
  kinds,
  objectId,
  type ObjectFacts,
  ObjectStore,
  type Placement,
  type Priority,
} from './objects/index.ts'
export { MeshIdentity } from './reach/identity.ts'
export { addressFromText, addressText } from './reach/text.ts'
export { type Conditions, type Meeting, meet } from './sim/index.ts'
