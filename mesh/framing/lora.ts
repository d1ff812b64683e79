/** What a LoRa radio is set to. */
export interface LoraParameters {
  /** Hz. */
  readonly frequency: number
  /** Hz. */
  readonly bandwidth: number
  /** 7..12: bits of a symbol. */
  readonly spreadingFactor: number
  /** 5..8: four bits are sent as so many. */
  readonly codingRate: number
  /** dBm. */
  readonly transmitPower: number
}

/** The fewest that RNodes send. */
const preambleSymbols = 18
const symbolMilliseconds = 16

/**
 * Milliseconds that one frame occupies the air: explicit header, checksum.
 *
 * @see Semtech AN1200.13 §4
 */
export function loraAirtime(
  bytes: number,
  { bandwidth, spreadingFactor, codingRate }: LoraParameters,
  preamble = preambleSymbols,
): number {
  const symbol = (2 ** spreadingFactor * 1000) / bandwidth
  const slow = symbol >= symbolMilliseconds ? 2 : 0
  const bits = 8 * bytes - 4 * spreadingFactor + 28 + 16
  const blocks = Math.max(0, Math.ceil(bits / (4 * (spreadingFactor - slow))))
  return (preamble + 4.25 + 8 + blocks * codingRate) * symbol
}

const frameBytes = 255

/** What frames of 255 bytes carry, their own headers of one byte taken off. */
export function loraBitsPerSecond(parameters: LoraParameters): number {
  return ((frameBytes - 1) * 8000) / loraAirtime(frameBytes, parameters)
}
