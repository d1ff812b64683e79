/**
 * GF(2⁸) with the polynomial x⁸ + x⁴ + x³ + x² + 1, of which 2 is a generator.
 *
 * @see RFC 6330 §5.7
 */
const polynomial = 0x11d

const powers = new Uint8Array(510)
const logarithms = new Uint8Array(256)
for (let exponent = 0, power = 1; exponent < 255; exponent++) {
  powers[exponent] = power
  powers[exponent + 255] = power
  logarithms[power] = exponent
  power = power < 128 ? power << 1 : (power << 1) ^ polynomial
}

/** For each factor, its product with every byte. */
const products = Array.from({ length: 256 }, (_, factor) =>
  Uint8Array.from({ length: 256 }, (__, other) => multiply(factor, other)),
)

export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : byte(powers, byte(logarithms, a) + byte(logarithms, b))
}

/** Of a byte that is not 0. */
export function inverse(a: number): number {
  return byte(powers, 255 - byte(logarithms, a))
}

/** `target += factor * source`, from byte `start` on. */
export function addScaled(target: Uint8Array, source: Uint8Array, factor: number, start = 0): void {
  const row = products[factor] as Uint8Array
  const end = target.length
  let at = start
  for (const last = end - 3; at < last; at += 4) {
    ;(target[at] as number) ^= row[source[at] as number] as number
    ;(target[at + 1] as number) ^= row[source[at + 1] as number] as number
    ;(target[at + 2] as number) ^= row[source[at + 2] as number] as number
    ;(target[at + 3] as number) ^= row[source[at + 3] as number] as number
  }
  for (; at < end; at++) (target[at] as number) ^= row[source[at] as number] as number
}

/** `target *= factor`, from byte `start` on. */
export function scale(target: Uint8Array, factor: number, start = 0): void {
  const row = products[factor] as Uint8Array
  for (let at = start; at < target.length; at++) target[at] = row[target[at] as number] as number
}

/** Of an index that is in `bytes`. */
function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number
}
