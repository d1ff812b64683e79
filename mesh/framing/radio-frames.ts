import { concat, empty } from '#base'

/**
 * A LoRa radio sends 255 bytes at most. RNodes put one byte before them: a number of the cell in the
 * upper four bits, and in the lowest whether two frames belong together.
 */
const headerBytes = 1
const splitFlag = 0x01

/** Of a cell that travels in frames of at most `frame` bytes. */
export function framedBytes(frame: number): number {
  return 2 * (frame - headerBytes)
}

/**
 * One frame, or two that have the same header.
 *
 * @param frame Bytes of the longest frame; the cell has at most `framedBytes` of it.
 * @param sequence 0..15: tells the halves of one cell from those of the next.
 */
export function splitFrames(
  cell: Uint8Array,
  frame: number,
  sequence: number,
): readonly Uint8Array<ArrayBuffer>[] {
  const share = frame - headerBytes
  const isSplit = cell.length > share
  const header = Uint8Array.of((sequence << 4) | (isSplit ? splitFlag : 0))
  const first = concat(header, cell.subarray(0, share))
  return isSplit ? [first, concat(header, cell.subarray(share))] : [first]
}

/**
 * Takes frames as they are heard. A half whose other half is lost is dropped with the next frame that
 * is not that half.
 */
export function joinFrames(
  most: number,
  deliver: (cell: Uint8Array<ArrayBuffer>) => void,
): (frame: Uint8Array) => void {
  let header: number | undefined
  let half: Uint8Array = empty
  return (frame) => {
    const [first] = frame
    if (first === undefined || frame.length > most) return
    const body = frame.subarray(headerBytes)
    if ((first & splitFlag) !== 0 && first !== header) {
      header = first
      half = new Uint8Array(body)
      return
    }
    const whole = first === header ? concat(half, body) : new Uint8Array(body)
    header = undefined
    half = empty
    if (whole.length > 0 && whole.length <= most) deliver(whole)
  }
}
