import { Sequence } from './random.ts'

/** 5 by 7 pixels each. */
const glyphs = [
  '01110 10001 10011 10101 11001 10001 01110',
  '00100 01100 00100 00100 00100 00100 01110',
  '01110 10001 00001 00010 00100 01000 11111',
  '11111 00010 00100 00010 00001 10001 01110',
  '00010 00110 01010 10010 11111 00010 00010',
  '11111 10000 11110 00001 00001 10001 01110',
  '00110 01000 10000 11110 10001 10001 01110',
  '11111 00001 00010 00100 01000 01000 01000',
  '01110 10001 10001 01110 10001 10001 01110',
  '01110 10001 10001 01111 00001 00010 01100',
].map((rows) => rows.split(' '))

export interface Sample {
  readonly values: Float32Array
  readonly label: number
}

/** Digits of 16 by 16 pixels: moved, faint or strong, with noise and lost pixels. */
export function digits(count: number, seed: number): readonly Sample[] {
  const random = new Sequence(seed)
  return Array.from({ length: count }, () => {
    const label = random.below(10)
    const values = new Float32Array(256)
    const [left, top] = [2 + random.below(4), random.below(3)]
    const strength = 0.55 + 0.45 * ((random.real() + 1) / 2)
    for (let y = 0; y < 14; y++) {
      for (let x = 0; x < 10; x++) {
        const isInk = glyphs[label]?.[y >> 1]?.[x >> 1] === '1' && random.below(6) > 0
        if (isInk) values[(top + y) * 16 + left + x] = strength
      }
    }
    for (const [index, value] of values.entries()) {
      const noisy = value + 0.5 * random.real()
      values[index] = noisy < 0 ? 0 : noisy > 1 ? 1 : noisy
    }
    return { values, label }
  })
}
