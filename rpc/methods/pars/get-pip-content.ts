import { z } from 'zod'

import { hex } from '#base'
import { readPipText } from '#governance'

import { defineMethod } from '../../method.ts'
import * as governance from '../../schema/governance.ts'
import { governed } from './governed.ts'

export const getPipContent = defineMethod({
  name: 'pars_getPipContent',
  summary:
    'The Markdown of a PIP, checked against its hash, in its current revision or an earlier one; as data where it is not UTF-8. Null for what there is not.',
  params: z.tuple([governance.count, governance.count.nullish()]),
  paramNames: ['number', 'revision'],
  result: governance.pipContent.nullable(),
  long: true,
  brief: true,
  handler: async ([number, revision], context) => {
    const found = await governed(context, (call) =>
      readPipText(call, number, revision ?? undefined),
    )
    if (found === undefined) return null
    const { content, ...rest } = found
    const text = textOf(content)
    return { ...rest, text, data: text === null ? hex(content) : null }
  },
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function textOf(content: Uint8Array): string | null {
  try {
    return utf8.decode(content)
  } catch {
    return null
  }
}
