import type { Attributes } from '../types.ts'

/** The resolved list `name`, which `infer` of the same operator has put there. */
export function list(attributes: Attributes, name: string): readonly number[] {
  const value = attributes[name]
  if (typeof value !== 'object') throw new RangeError(`${name} is not a list`)
  return value
}

/** The resolved number `name`, which `infer` of the same operator has put there. */
export function number(attributes: Attributes, name: string): number {
  const value = attributes[name]
  if (typeof value !== 'number') throw new RangeError(`${name} is not a number`)
  return value
}
