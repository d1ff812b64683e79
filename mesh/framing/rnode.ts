import { concat, fixed } from '#base'

import type { Arrival } from '../medium.ts'
import type { FrameReader, Framing } from './framing.ts'
import { encodeKiss, kissReader } from './kiss.ts'
import type { LoraParameters } from './lora.ts'

/** KISS commands of an RNode, a LoRa modem. Numbers are big-endian. */
const commands = {
  data: 0x00,
  frequency: 0x01,
  bandwidth: 0x02,
  transmitPower: 0x03,
  spreadingFactor: 0x04,
  codingRate: 0x05,
  radioState: 0x06,
  detect: 0x08,
  leave: 0x0a,
  signal: 0x23,
  error: 0x90,
} as const

const detectQuestion = 0x73
const detectAnswer = 0x46
/** dBm of signal 0. */
const signalFloor = -157

/** Bytes of the largest cell: the modem sends it in two frames. */
export const rnodeCellBytes = 508

/** Asks whether there is an RNode at all. */
export const rnodeDetection = encodeKiss(commands.detect, Uint8Array.of(detectQuestion))

/** Sets the radio and turns it on; the modem repeats each setting as it has it then. */
export function rnodeSettings(parameters: LoraParameters): Uint8Array<ArrayBuffer> {
  const { frequency, bandwidth, transmitPower, spreadingFactor, codingRate } = parameters
  return concat(
    encodeKiss(commands.radioState, Uint8Array.of(0)),
    encodeKiss(commands.frequency, fixed(frequency, 4)),
    encodeKiss(commands.bandwidth, fixed(bandwidth, 4)),
    encodeKiss(commands.transmitPower, Uint8Array.of(transmitPower)),
    encodeKiss(commands.spreadingFactor, Uint8Array.of(spreadingFactor)),
    encodeKiss(commands.codingRate, Uint8Array.of(codingRate)),
    encodeKiss(commands.radioState, Uint8Array.of(1)),
  )
}

/** Turns the radio off, and says that nobody is here any more. */
export const rnodeFarewell = concat(
  encodeKiss(commands.radioState, Uint8Array.of(0)),
  encodeKiss(commands.leave, Uint8Array.of(0xff)),
)

export type RnodeWord =
  | { readonly is: 'detected' }
  | { readonly is: keyof LoraParameters; readonly value: number }
  | { readonly is: 'radio'; readonly isOn: boolean }
  | { readonly is: 'error'; readonly number: number }

const settings: ReadonlyMap<number, keyof LoraParameters> = new Map([
  [commands.frequency, 'frequency'],
  [commands.bandwidth, 'bandwidth'],
  [commands.transmitPower, 'transmitPower'],
  [commands.spreadingFactor, 'spreadingFactor'],
  [commands.codingRate, 'codingRate'],
])

/** What the modem says of itself, and the cells that it hears. */
export function rnodeReader(
  most: number,
  deliver: (cell: Uint8Array, arrival: Arrival) => void,
  hear: (word: RnodeWord) => void,
): FrameReader {
  let signal: number | undefined
  return kissReader(Math.max(most, 4), (command, data) => {
    if (command === commands.data) {
      if (data.length > 0) deliver(data, signal === undefined ? {} : { signal })
      signal = undefined
      return
    }
    const [first] = data
    if (first === undefined) return
    const setting = settings.get(command)
    if (setting !== undefined) {
      const value = data.reduce((sum, byte) => (sum * 256 + byte) % 2 ** 32, 0)
      hear({ is: setting, value })
    } else if (command === commands.signal) signal = signalFloor + first
    else if (command === commands.radioState) hear({ is: 'radio', isOn: first === 1 })
    else if (command === commands.error) hear({ is: 'error', number: first })
    else if (command === commands.detect && first === detectAnswer) hear({ is: 'detected' })
  })
}

/** @param hear Takes what the modem says of itself once cells travel. */
export function rnode(hear: (word: RnodeWord) => void): Framing {
  return {
    encode: (cell) => encodeKiss(commands.data, cell),
    reader: (most, deliver) => rnodeReader(most, deliver, hear),
  }
}
