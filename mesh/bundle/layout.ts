/** Of the salt, with which a bundle begins. */
export const saltBytes = 32
/** Of a chunk on disk: its ciphertext and tag. */
export const chunkBytes = 65_536
const tagBytes = 16
/** `firstFrame2 | groupSize1`, in front of a chunk's frames. */
export const headBytes = 3
/** Of frames in one chunk. */
export const payloadBytes = chunkBytes - tagBytes - headBytes
/** Data chunks in every group but the last, which may have fewer. */
export const dataChunks = 32
export const parityChunks = 2
export const groupBytes = (dataChunks + parityChunks) * chunkBytes
/** In place of `firstFrame`: no frame begins in the chunk. */
export const noFrame = 0xffff

/**
 * The least length of its class that holds `length` bytes: O(log log length) bits of the length show,
 * for at most 12 % more bytes.
 *
 * @see Nikitin et al., Reducing Metadata Leakage from Encrypted Files, PoPETs 2019, §4.2
 */
export function sizeClass(length: number): number {
  const exponent = magnitude(length)
  if (exponent < 1) return length
  const step = 2 ** (exponent - magnitude(exponent) - 1)
  return Math.ceil(length / step) * step
}

/** ⌊log₂ value⌋, which `Math.log2` rounds up just below large powers. */
function magnitude(value: number): number {
  return value.toString(2).length - 1
}
