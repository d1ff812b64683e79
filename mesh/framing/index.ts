/**
 * Cells as bytes on a wire: frames of serial lines, radios and streams, the mask of a network, and the
 * beacons by which its nodes find each other. Codecs alone; node/ has the devices.
 *
 * @module
 */
export { beaconGroup4, beaconGroup6, decodeBeacon, encodeBeacon } from './beacon.ts'
export type { FrameReader, Framing } from './framing.ts'
export { hdlc } from './hdlc.ts'
export { kiss } from './kiss.ts'
export { loraAirtime, loraBitsPerSecond, type LoraParameters } from './lora.ts'
export { masked, maskTagBytes, NetworkKey } from './mask.ts'
export { framedBytes, joinFrames, splitFrames } from './radio-frames.ts'
export {
  rnode,
  rnodeCellBytes,
  rnodeDetection,
  rnodeFarewell,
  rnodeReader,
  rnodeSettings,
  type RnodeWord,
} from './rnode.ts'
