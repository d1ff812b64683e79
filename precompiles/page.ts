/** Places from 1 on: at most `most` of them behind the first `start`, and none above `all`. */
export function pageOf(start: bigint, most: bigint, all: bigint): readonly bigint[] {
  const end = start + most < all ? start + most : all
  return Array.from({ length: Math.max(0, Number(end - start)) }, (_, at) => {
    return start + BigInt(at) + 1n
  })
}
