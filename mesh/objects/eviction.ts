import { priorities } from './kinds.ts'
import type { Entry, Table, Usage } from './table.ts'

export type Bound = 'kind' | 'scope' | 'source' | 'store'

interface Allowance {
  readonly count: number
  readonly bytes: number
}

/** One of the bounds that a new entry has to keep, and the rows that count towards it. */
export interface Constraint {
  readonly bound: Bound
  readonly allowed: Allowance
  readonly used: Usage
  readonly holds: (row: number) => boolean
}

/**
 * Who has to go so that `entry` keeps all of `constraints`: what has expired, then the least
 * important, of those first what came from who brought most, and of those the oldest. Nothing goes
 * that is more important than the new entry, and nothing of the node's own for another's.
 *
 * @returns Ids, or the first bound that can't be kept.
 */
export function makeRoom(
  table: Table,
  entry: Entry,
  constraints: readonly Constraint[],
): readonly Uint8Array[] | Bound {
  const victims = new Set<number>()
  const order = orderOf(table, entry)
  const mayDisplaceOwn = entry.source.every((byte) => byte === 0)
  for (const { bound, allowed, used, holds } of constraints) {
    const need = {
      count: used.count + 1 - allowed.count,
      bytes: used.bytes + entry.size - allowed.bytes,
    }
    if (entry.size > allowed.bytes || allowed.count < 1) return bound
    for (const row of victims) if (holds(row)) take(need, table.size(row))
    if (isMet(need)) continue
    const candidates: number[] = []
    for (let row = 0; row < table.count; row++) {
      if (!holds(row) || victims.has(row) || (table.isOwn(row) && !mayDisplaceOwn)) continue
      if (rankOf(table, row, entry.received) >= entry.rank) candidates.push(row)
    }
    candidates.sort(order)
    // A little more than needed: the search goes through the whole table.
    const extra = { count: allowed.count >> 6, bytes: allowed.bytes / 64 }
    for (const row of candidates) {
      if (isMet(need) && (extra.count < 0 || extra.bytes < 0)) break
      take(isMet(need) ? extra : need, table.size(row))
      victims.add(row)
    }
    if (!isMet(need)) return bound
  }
  return [...victims].map((row) => table.id(row).slice())
}

function take(need: Usage, size: number): void {
  need.count--
  need.bytes -= size
}

function isMet(need: Usage): boolean {
  return need.count <= 0 && need.bytes <= 0
}

/** What has expired is less than the least. */
function rankOf(table: Table, row: number, now: number): number {
  return table.expires(row) <= now ? priorities.length : table.rank(row)
}

/** Who brings the new entry counts with it: of two that brought as much, the one that goes on gives. */
function orderOf(table: Table, entry: Entry): (a: number, b: number) => number {
  const bringer = table.sources.numberOf(entry.source)
  const share = (row: number): number => {
    const source = table.source(row)
    return table.sources.usage(source).bytes + (source === bringer ? entry.size : 0)
  }
  return (a, b) =>
    rankOf(table, b, entry.received) - rankOf(table, a, entry.received) ||
    share(b) - share(a) ||
    table.received(a) - table.received(b)
}
