/** What each value counts beside its bytes: many small ones are work, too. */
const least = 8

/** About the bytes in `value`, everything within counted. It stops counting at `most`. */
export function weigh(value: unknown, most: number): number {
  const rest = [value]
  let bytes = 0
  while (rest.length > 0 && bytes < most) {
    const one = rest.pop()
    bytes += least
    if (typeof one === 'string') bytes += one.length
    else if (one instanceof Uint8Array) bytes += one.byteLength
    else if (typeof one === 'object' && one !== null) {
      for (const part of Object.values(one)) rest.push(part)
    }
  }
  return bytes
}
