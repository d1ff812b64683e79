import { z } from 'zod'

import { JsonText } from '../../json-text.ts'
import { defineMethod, type Method } from '../../method.ts'
import { openRpc } from '../../open-rpc.ts'

/** Of what one server offers to a kind of caller, which never changes. */
const documents = new WeakMap<readonly Method[], JsonText>()

export const discover = defineMethod({
  name: 'rpc.discover',
  summary: 'Everything that this server offers to the caller, as an OpenRPC document.',
  cost: 20,
  params: z.tuple([]),
  paramNames: [],
  result: z.looseObject({ openrpc: z.string(), methods: z.array(z.looseObject({})) }),
  handler(_, { methods, clientVersion }) {
    const known = documents.get(methods)
    if (known !== undefined) return known
    const made = new JsonText(JSON.stringify(openRpc(methods, clientVersion)))
    documents.set(methods, made)
    return made
  },
})
