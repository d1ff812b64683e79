/**
 * How often the engine thread has written: one word of shared memory, by which readers see at once
 * that what they hold is no longer the newest.
 */
export function newGeneration(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
}

/** Something was written, and nobody was told yet. */
export function advance(generation: Int32Array): void {
  Atomics.add(generation, 0, 1)
}

export function numberOf(generation: Int32Array): number {
  return Atomics.load(generation, 0)
}
