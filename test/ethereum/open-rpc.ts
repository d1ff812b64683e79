/** The result schemas of ethereum/execution-apis, JSON Schema 2019-09. */
import { readFileSync } from 'node:fs'

import { Ajv2019, type ValidateFunction } from 'ajv/dist/2019.js'

interface Document {
  readonly methods: readonly {
    readonly name: string
    readonly result: { readonly schema: object }
  }[]
  readonly components: object
}

const document = 'openrpc'

/** @param file The document that the suite comes with. */
export function resultSchemas(file: string): (method: string) => ValidateFunction | undefined {
  const { methods, components } = JSON.parse(readFileSync(file, 'utf8')) as Document
  const ajv = new Ajv2019({ strict: false, allErrors: true })
  ajv.addSchema({ $id: document, components })
  const compiled = new Map<string, ValidateFunction>()
  return (name) => {
    const method = methods.find((one) => one.name === name)
    if (method === undefined) return undefined
    const known = compiled.get(name)
    if (known !== undefined) return known
    const text = JSON.stringify(method.result.schema).replaceAll('"#/', `"${document}#/`)
    const validate = ajv.compile(JSON.parse(text) as object)
    compiled.set(name, validate)
    return validate
  }
}
