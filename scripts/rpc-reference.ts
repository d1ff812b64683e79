/** The reference of JSON-RPC, written from the definitions of its methods. */
import { z } from 'zod'

import type { Method } from '../rpc/method.ts'
import * as calls from '../rpc/schema/call.ts'
import * as filters from '../rpc/schema/filter.ts'
import * as overrides from '../rpc/schema/overrides.ts'
import * as values from '../rpc/schema/params.ts'
import * as outputs from '../rpc/schema/results.ts'

type Schema = Readonly<Record<string, unknown>>
type Direction = 'input' | 'output'
/** Those that have a name, as they come up. */
type Objects = Map<string, { readonly schema: Schema; readonly io: Direction }>

const namespaces: Readonly<Record<string, string>> = {
  eth: "Ethereum's own methods.",
  net: 'The network, as Ethereum clients ask for it.',
  web3: 'The client.',
  txpool: 'What waits in the pool.',
  pars: 'What Ethereum has no word for: the order, finality, validators, nonce lanes.',
  debug: 'Executions looked at step by step, and encodings as they are.',
  ots: 'What the Otterscan explorer asks for.',
  erigon: "What Otterscan asks for by Erigon's name.",
  rpc: 'This server.',
  admin: 'The operator of the node: over IPC alone.',
  evm: 'Time and blocks of a development node: `pars dev` alone.',
  testing: 'Blocks that are built and forgotten: `pars dev` alone.',
}

/** Names for readers, where those of the code would mean two things. */
const titles: Readonly<Record<Direction, Readonly<Record<string, string>>>> = {
  input: {
    block: 'blockNumberOrHash',
    blockOrLatest: 'blockNumberOrHash',
    numberedBlock: 'blockNumber',
  },
  output: {},
}

const words: Readonly<Record<Direction, ReadonlyMap<string, string>>> = {
  input: named({ ...values, ...calls, ...filters, ...overrides }, 'input'),
  output: named(outputs, 'output'),
}

/** Schemas that have a name in the code, by their JSON. */
function named(module: Readonly<Record<string, unknown>>, io: Direction): Map<string, string> {
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(module)) {
    if (!(value instanceof z.ZodType)) continue
    const text = JSON.stringify(schemaOf(value, io))
    if (text !== '{}') names.set(text, titles[io][name] ?? name)
  }
  return names
}

function schemaOf(type: z.ZodType, io: Direction): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema
}

/** A line for each method, by namespace. */
export function rpcReference(methods: readonly Method[]): string {
  const byNamespace = Map.groupBy(methods, ({ name }) => name.split(/[_.]/)[0] ?? name)
  const objects: Objects = new Map()
  const order = Object.keys(namespaces)
  const sections = [...byNamespace]
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([namespace, all]) => {
      const entries = all
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((method) => entryOf(method, objects))
      return `## ${namespace}\n\n${namespaces[namespace] ?? ''}\n\n${entries.join('\n\n')}`
    })
  return `${sections.join('\n\n')}\n\n${objectsSection(objects)}`
}

function entryOf(method: Method, objects: Objects): string {
  const { name, summary, differs, params, paramNames, result } = method
  const given = params.def.items.map((item, index) => {
    const isOptional = z.safeParse(item, undefined).success
    const text = typeText(schemaOf(item as z.ZodType, 'input'), 'input', objects)
    return `${paramNames[index] ?? ''}${isOptional ? '?' : ''}: ${text}`
  })
  const answer = typeText(schemaOf(result, 'output'), 'output', objects)
  const lines = [`### ${name}`, '', summary]
  if (differs !== undefined) lines.push('', `Unlike Ethereum: ${differs}`)
  lines.push('', '```ts', ...signature(name, given, answer), '```')
  const facts = factsOf(method)
  if (facts.length > 0) lines.push('', facts)
  return lines.join('\n')
}

function signature(name: string, given: readonly string[], answer: string): readonly string[] {
  const line = `${name}(${given.join(', ')}): ${answer}`
  if (line.length <= 100) return [line]
  return [`${name}(`, ...given.map((one) => `  ${one},`), `): ${answer}`]
}

function factsOf({ cost, writes, signs, needs }: Method): string {
  const facts = [
    ...(cost === 1 ? [] : [`costs ${cost}`]),
    ...(writes ? ['takes effect'] : []),
    ...(signs ? ['exists where the node holds test keys'] : []),
    ...(needs === undefined ? [] : ['exists in `pars dev`']),
  ]
  return facts.length === 0 ? '' : `${facts.join('; ')}.`
}

/** As TypeScript would say it, with the names that the code has; objects with a name are listed apart. */
function typeText(schema: Schema, io: Direction, objects: Objects): string {
  const name = words[io].get(JSON.stringify(schema))
  if (name !== undefined) {
    if (schema['type'] === 'object') objects.set(name, { schema, io })
    return name
  }
  const union = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined
  if (union !== undefined) {
    const members = new Set(union.map((one) => typeText(one, io, objects)))
    // Input that may be null may be left out as well, and says so.
    if (io === 'input') members.delete('null')
    return [...members].join(' | ')
  }
  const { type } = schema
  if (Array.isArray(type)) {
    return typeText({ anyOf: type.map((one: unknown) => ({ ...schema, type: one })) }, io, objects)
  }
  const literals = schema['enum'] as readonly unknown[] | undefined
  if (literals !== undefined) return literals.map((one) => JSON.stringify(one)).join(' | ')
  if ('const' in schema) return JSON.stringify(schema['const'])
  if (type === 'array') return arrayText(schema, io, objects)
  if (type === 'object') return `{ ${fieldsOf(schema, io, objects).join(', ')} }`
  return typeof type === 'string' ? type : 'unknown'
}

function arrayText(schema: Schema, io: Direction, objects: Objects): string {
  const items = schema['items'] as Schema | undefined
  const item = items === undefined ? 'unknown' : typeText(items, io, objects)
  return item.includes(' ') ? `(${item})[]` : `${item}[]`
}

function fieldsOf(schema: Schema, io: Direction, objects: Objects): readonly string[] {
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined
  const rest = schema['additionalProperties']
  if (properties === undefined || Object.keys(properties).length === 0) {
    return [
      `[key]: ${typeof rest === 'object' ? typeText(rest as Schema, io, objects) : 'unknown'}`,
    ]
  }
  const required = new Set((schema['required'] as readonly string[] | undefined) ?? [])
  return Object.entries(properties).map(([field, type]) => {
    return `${field}${required.has(field) ? '' : '?'}: ${typeText(type, io, objects)}`
  })
}

function objectsSection(objects: Objects): string {
  const texts = new Map<string, string>()
  // What an object names comes up while it is written, and is written after it.
  for (const [name, { schema, io }] of objects) {
    const fields = fieldsOf(schema, io, objects).map((field) => `  ${field}`)
    texts.set(name, `### ${name}\n\n\`\`\`ts\n{\n${fields.join('\n')}\n}\n\`\`\``)
  }
  const sorted = [...texts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  return `## Objects\n\n${sorted.join('\n\n')}`
}
