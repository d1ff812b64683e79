import { z } from 'zod'

import { defineMethod } from '../../method.ts'

export const modules = defineMethod({
  name: 'rpc_modules',
  summary: 'The namespaces that this server offers to the caller, with their versions.',
  params: z.tuple([]),
  paramNames: [],
  result: z.record(z.string(), z.string()),
  handler(_, { methods }) {
    const names = methods.map(({ name }) => name.split(/[_.]/)[0] ?? name)
    return Object.fromEntries([...new Set(names)].toSorted().map((name) => [name, '1.0']))
  },
})
