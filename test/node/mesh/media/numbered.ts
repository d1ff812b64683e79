import { fixed } from '#base'
import { sha256 } from '#crypto'

const bytes = 700

/** A cell that nothing but a whole one looks like. */
export function numbered(number: number): Uint8Array {
  const cell = new Uint8Array(bytes).fill(number & 0xff)
  cell.set(fixed(number, 4))
  cell.set(sha256(cell.subarray(0, bytes - 32)), bytes - 32)
  return cell
}
