/**
 * The methods of a server as a document that tools read.
 *
 * @see https://spec.open-rpc.org
 */
import { z } from 'zod'

import type { Method } from './method.ts'

type Schema = Readonly<Record<string, unknown>>

interface OpenRpc {
  readonly openrpc: '1.3.2'
  readonly info: { readonly title: string; readonly version: string }
  readonly methods: readonly MethodObject[]
}

interface MethodObject {
  readonly name: string
  readonly summary: string
  readonly paramStructure: 'by-position'
  readonly params: readonly {
    readonly name: string
    readonly required: boolean
    readonly schema: Schema
  }[]
  readonly result: { readonly name: string; readonly schema: Schema }
}

export function openRpc(methods: readonly Method[], version: string): OpenRpc {
  return {
    openrpc: '1.3.2',
    info: { title: 'Pars JSON-RPC', version },
    methods: methods.map(methodObject).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function methodObject({ name, summary, params, paramNames, result }: Method): MethodObject {
  return {
    name,
    summary,
    paramStructure: 'by-position',
    params: params.def.items.map((item, index) => ({
      name: paramNames[index] ?? `argument ${index}`,
      required: !z.safeParse(item, undefined).success,
      schema: schemaOf(item as z.ZodType, 'input'),
    })),
    result: { name: 'result', schema: schemaOf(result, 'output') },
  }
}

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' })
  return schema
}
