import { concat } from '#base'

import type { Framing } from './framing.ts'
import { joinFrames, splitFrames } from './radio-frames.ts'
import { Stuffing, Unstuffer } from './stuffing.ts'

const stuffing = new Stuffing(0xc0, 0xdb, [
  [0xc0, 0xdc],
  [0xdb, 0xdd],
])

const dataOnPort0 = 0x00

/** `c0 | command | data | c0`, with db before what would be a flag. */
export function encodeKiss(command: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return stuffing.stuff(concat(Uint8Array.of(command), data))
}

/** @param most Bytes of the longest data; what is longer is skipped. */
export function kissReader(
  most: number,
  deliver: (command: number, data: Uint8Array<ArrayBuffer>) => void,
): Unstuffer {
  return new Unstuffer(stuffing, most + 1, (frame) => deliver(frame[0] ?? 0, frame.subarray(1)))
}

/**
 * Cells as data frames of port 0 of a KISS modem.
 *
 * @param frame Bytes of the longest frame that the modem sends, where that is less than a cell: then
 *   a cell travels in one or two frames behind a header of one byte, as RNodes do on the air.
 * @param sequence 0..15, another for each cell.
 * @see http://www.ax25.net/kiss.aspx
 */
export function kiss(frame?: number, sequence: () => number = counter()): Framing {
  if (frame === undefined) {
    return {
      encode: (cell) => encodeKiss(dataOnPort0, cell),
      reader: (most, deliver) =>
        kissReader(most, (command, data) => {
          if (command === dataOnPort0 && data.length > 0) deliver(data, {})
        }),
    }
  }
  return {
    encode(cell) {
      const frames = splitFrames(cell, frame, sequence())
      return concat(...frames.map((one) => encodeKiss(dataOnPort0, one)))
    },
    reader(most, deliver) {
      const join = joinFrames(most, (cell) => deliver(cell, {}))
      return kissReader(frame, (command, data) => {
        if (command === dataOnPort0) join(data)
      })
    },
  }
}

function counter(): () => number {
  let last = 0
  return () => (last = (last + 1) % 16)
}
