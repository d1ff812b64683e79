import assert from 'node:assert/strict'

import { serverLimits } from '../../rpc/limits.ts'
import { createHttpServer } from '../../rpc/transport/http.ts'
import { ManualClock } from '../manual-clock.ts'

function answer(text: string): string | Promise<string> {
  if (text === 'throws') throw new Error('a defect')
  return text === 'rejects' ? Promise.reject(new Error('a defect')) : '"well"'
}

describe('an endpoint that fails by a defect', () => {
  for (const [way, type] of [
    ['short', 'application/json'],
    ['long', 'application/json; a=b'],
  ] as const) {
    for (const how of ['throws', 'rejects']) {
      it(`ends the call alone that it ${how} at, on the ${way} way`, async () => {
        const options = { clock: new ManualClock(), limits: serverLimits({}) }
        const server = createHttpServer(options, [{ path: '/', answer }])
        const url = await server.listen({ host: '127.0.0.1', port: 0 })
        const ask = async (body: string): Promise<unknown> => {
          const headers = { 'content-type': type }
          return (await fetch(url, { method: 'POST', headers, body })).json()
        }
        try {
          const { error } = (await ask(how)) as { readonly error: { readonly code: number } }
          assert.equal(error.code, -32_603)
          assert.equal(await ask('other'), 'well')
        } finally {
          await server.close()
        }
      })
    }
  }
})
