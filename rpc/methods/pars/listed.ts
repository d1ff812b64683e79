import type { Hex } from '#base'

interface Place {
  readonly total: number
  readonly start: number
  readonly ids: readonly Hex[]
}

/** One page of a list, less what `read` leaves out, and where the next one begins. */
export async function listed<Item>(
  { total, start, ids }: Place,
  read: (id: Hex) => Promise<Item | undefined>,
): Promise<{ total: number; next: number | null; items: Item[] }> {
  const items: Item[] = []
  for (const id of ids) {
    const item = await read(id)
    if (item !== undefined) items.push(item)
  }
  const end = start + ids.length
  return { total, next: end < total ? end : null, items }
}
