import { limits } from './limits.ts'

/** Begins a text that stands for bytes. */
const mark = '\0'
/** After the mark, where a text begins with it by itself: no hexadecimal digit. */
const text = ' '

/**
 * `value` with text in place of short bytes, to cross threads: a buffer of its own costs more than the
 * rest of a short call. Undone by `unpack`. Of arrays and plain objects within each other, without cycles.
 */
export function pack(value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(mark) ? mark + text + value : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    return value.length <= limits.packedBytes.value ? mark + value.toHex() : value
  }
  return within(value, pack)
}

export function unpack(value: unknown): unknown {
  if (typeof value === 'string') {
    if (!value.startsWith(mark)) return value
    return value[1] === text ? value.slice(2) : Uint8Array.fromHex(value.slice(1))
  }
  return typeof value === 'object' && value !== null ? within(value, unpack) : value
}

function within(value: object, change: (part: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  const changed: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    changed[name] = change((value as Record<string, unknown>)[name])
  }
  return changed
}
