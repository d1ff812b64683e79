/** A part of the context that the method names in `needs`: the registry serves it nowhere else. */
export function needed<Value>(part: Value | undefined): Value {
  if (part === undefined) throw new TypeError('served without what it needs')
  return part
}
