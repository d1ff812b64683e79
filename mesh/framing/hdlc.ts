import type { FrameReader, Framing } from './framing.ts'
import { Stuffing, Unstuffer } from './stuffing.ts'

const stuffing = new Stuffing(0x7e, 0x7d, [
  [0x7e, 0x5e],
  [0x7d, 0x5d],
])

const sumBytes = 2
/** Of a frame and its check sequence together, where nothing has changed. */
const good = 0xf0b8

/**
 * `7e | cell | check sequence, 2 bytes | 7e`, with 7d before what would be a flag. The check keeps noise
 * and strangers' bytes from passing as cells; it is no protection against intent.
 *
 * @see RFC 1662 §4.2, §C.2
 */
export const hdlc: Framing = {
  encode(cell) {
    const framed = new Uint8Array(cell.length + sumBytes)
    framed.set(cell)
    const sum = checkSequence(cell) ^ 0xffff
    framed.set([sum & 0xff, sum >> 8], cell.length)
    return stuffing.stuff(framed)
  },
  reader(most, deliver): FrameReader {
    return new Unstuffer(stuffing, most + sumBytes, (frame) => {
      if (frame.length <= sumBytes || checkSequence(frame) !== good) return
      deliver(frame.subarray(0, -sumBytes), {})
    })
  },
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let sum = byte
  for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >> 1) ^ 0x8408 : sum >> 1
  return sum
})

function checkSequence(bytes: Uint8Array): number {
  let sum = 0xffff
  for (const byte of bytes) sum = (sum >> 8) ^ (table[(sum ^ byte) & 0xff] ?? 0)
  return sum
}
