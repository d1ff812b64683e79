import { Fault } from '#base'

/**
 * JSON with one form per value: no white space, members sorted by the UTF-16 units of their names,
 * integers only. Throws `PRECOMPILE_NOT_CANONICAL` for what has no such form.
 *
 * @see RFC 8785
 */
export function canonicalJson(value: unknown, path = '$'): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') {
    if (value.isWellFormed()) return JSON.stringify(value)
  } else if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
  } else if (Array.isArray(value)) {
    return `[${value.map((item, index) => canonicalJson(item, `${path}[${index}]`)).join(',')}]`
  } else if (typeof value === 'object') {
    const members = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => {
        return `${JSON.stringify(name)}:${canonicalJson(member, `${path}.${name}`)}`
      })
    return `{${members.join(',')}}`
  }
  throw new Fault(
    { code: 'PRECOMPILE_NOT_CANONICAL', path, type: typeof value },
    'use null, booleans, integers, strings, arrays and objects only',
  )
}
