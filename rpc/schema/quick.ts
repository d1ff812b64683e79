import { z } from 'zod'

/**
 * The short way for parameters as nearly every call brings them: zod keeps much for each field, to be
 * able to describe what is wrong with it. What is wrong, and what this does not know, is for zod to
 * decide; where it answers, it answers as zod does.
 */
export const unsure = Symbol('for zod to decide')

type Quick = (value: unknown) => unknown

const told = new WeakMap<z.core.$ZodType, Quick>()

/** `schema`, which from now on is known to read as `read` does wherever that is sure. */
export function quickly<Schema extends z.ZodType>(
  schema: Schema,
  read: (value: unknown) => z.output<Schema> | typeof unsure,
): Schema {
  told.set(schema, read)
  return schema
}

/** How `schema` reads, where that is known of it or of its parts; `unsure` of everything otherwise. */
export function quickOf(schema: z.core.$ZodType): Quick {
  const known = told.get(schema)
  if (known !== undefined) return known
  if (!(schema instanceof z.ZodType) || (schema.def.checks ?? []).length > 0) return () => unsure
  if (schema instanceof z.ZodOptional) return unless(undefined, schema.def.innerType)
  if (schema instanceof z.ZodNullable) return unless(null, schema.def.innerType)
  if (schema instanceof z.ZodObject) return fieldsOf(schema)
  if (schema instanceof z.ZodTuple) return itemsOf(schema)
  return () => unsure
}

function unless(absent: undefined | null, inner: z.core.$ZodType): Quick {
  const read = quickOf(inner)
  return (value) => (value === absent ? value : read(value))
}

/** Unknown fields are left out. */
function fieldsOf({ shape, def }: z.ZodObject): Quick {
  if (def.catchall !== undefined) return () => unsure
  const fields = new Map(Object.entries(shape).map(([name, field]) => [name, quickOf(field)]))
  const needed = Object.keys(shape).filter((name) => !(shape[name] instanceof z.ZodOptional))
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return unsure
    if (!needed.every((name) => Object.hasOwn(value, name))) return unsure
    const found: Record<string, unknown> = {}
    for (const name of Object.keys(value)) {
      const read = fields.get(name)
      if (read === undefined) continue
      const one = read((value as Record<string, unknown>)[name])
      if (one === unsure) return unsure
      found[name] = one
    }
    return found
  }
}

/** Those at the end may be left out that may be undefined. */
function itemsOf({ def }: z.ZodTuple): Quick {
  const items = def.items.map(quickOf)
  const least = def.items.findLastIndex((item) => !(item instanceof z.ZodOptional)) + 1
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > items.length) return unsure
    const found: unknown[] = []
    for (let index = 0; index < value.length; index++) {
      const one = items[index]?.(value[index])
      if (one === unsure) return unsure
      found.push(one)
    }
    return found
  }
}
