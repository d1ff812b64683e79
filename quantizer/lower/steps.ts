import type { Emitter } from '../emit/emitter.ts'

/** Entries of one stretch, over which the argument grows fourfold. */
const entries = 512

/**
 * A function of a positive whole number that spans orders of magnitude (1/x, 1/√x), by one table.
 * Its index has `entries` equal steps from `low` to 4·low, as many from there to 16·low, and so on, so
 * that the relative error stays the same. Below `low` and above `high` it is constant.
 *
 * @param tensor int32.
 * @returns int32, of what `each` gives, rounded.
 */
export function lookUpBySteps(
  emitter: Emitter,
  tensor: string,
  { low, high }: { readonly low: number; readonly high: number },
  each: (x: number) => number,
): string {
  const values: number[] = []
  let index: string | undefined
  let start = low
  while (start < high) {
    const step = Math.max(Math.ceil((start * 3) / entries), 1)
    const count = Math.ceil(Math.min(start * 3, high - start) / step)
    const end = start + count * step
    for (let entry = 0; entry < count; entry++) {
      values.push(Math.round(each(start + entry * step + (step - 1) / 2)))
    }
    const inside = emitter.node('Sub', [
      emitter.clip(tensor, start, end),
      emitter.number('int32', start),
    ])
    const steps = step === 1 ? inside : emitter.node('Div', [inside, emitter.number('int32', step)])
    index = index === undefined ? steps : emitter.node('Add', [index, steps])
    start = end
  }
  values.push(Math.round(each(start)))
  const table = emitter.list('int32', values)
  return emitter.node('Gather', [table, index ?? emitter.clip(tensor, 0, 0)])
}
