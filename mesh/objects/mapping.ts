/**
 * Which coded symbols an item is part of: all of them start with symbol 0, and symbol i holds an item
 * with the chance 2 / (i + 2). Whole numbers alone decide, so that every engine agrees.
 *
 * @see Yang, Gilad and Alizadeh, Practical Rateless Set Reconciliation (2024), §4.2
 */

/** The 32 bits that an item's steps are drawn from: its keyed id and how far it has come. */
export function draw(state: number, high: number): number {
  return mix(state ^ high)
}

/** The state behind `state`; the first is an item's `low`. */
export function step(state: number): number {
  return (state + 0x9e3779b9) >>> 0
}

/** A bijection of 32 bits that spreads every bit. @see MurmurHash3, fmix32 */
export function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/**
 * The symbol after `index` that holds the item: the least j > i with
 * (2j + 3) √(drawn + 1) ≥ (2i + 3) 2¹⁶, the root taken to ten bits behind the point.
 *
 * @param index Below 2²⁴.
 * @param drawn 32 bits.
 */
export function following(index: number, drawn: number): number {
  const least = Math.ceil(((2 * index + 3) * 2 ** 26) / root((drawn + 1) * 2 ** 20))
  return Math.min(Math.max(Math.floor((least - 2) / 2), index + 1), 0xffffffff)
}

/** The whole part of the square root of a whole number up to 2⁵², whatever Math.sqrt rounds to. */
function root(square: number): number {
  let side = Math.floor(Math.sqrt(square))
  while (side * side > square) side--
  while ((side + 1) * (side + 1) <= square) side++
  return side
}
