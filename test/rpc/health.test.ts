import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'

import type { UnreadyReason } from '#rpc'

import { serve } from './fixture-server.ts'

function get(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: hostname, port, path, headers }, (response) => {
      let text = ''
      response.on('data', (part) => (text += String(part)))
      response.on('end', () => resolve({ status: response.statusCode, body: JSON.parse(text) }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('the probes of a node', () => {
  it('say that it lives, and whether it is to be asked', async () => {
    let reasons: readonly UnreadyReason[] = []
    const { server, url } = await serve({ health: { unready: () => reasons } })
    assert.deepEqual(await get(url, '/livez'), { status: 200, body: { live: true } })
    assert.deepEqual(await get(url, '/readyz'), { status: 200, body: { ready: true, reasons: [] } })
    reasons = [{ reason: 'no-peers' }, { reason: 'syncing', behind: 12 }]
    assert.deepEqual(await get(url, '/readyz?verbose'), {
      status: 503,
      body: { ready: false, reasons },
    })
    assert.equal((await get(url, '/livez')).status, 200)
    await server.close()
  })

  it('answer whatever name they are called by, without a token and beyond every rate', async () => {
    const rate = { perSecond: 1, includesLocal: true }
    const { server, url } = await serve({ rate, token: 'open-sesame' })
    for (let count = 0; count < 50; count++) {
      const headers = { host: '10.1.2.3:8545', authorization: 'Bearer other' }
      assert.equal((await get(url, '/readyz', headers)).status, 200)
    }
    await server.close()
  })

  it('are nothing but these two', async () => {
    const { server, url } = await serve()
    for (const path of ['/livezz', '/readyz/', '/metrics', '/health', '//livez']) {
      assert.notEqual((await get(url, path)).status, 200, path)
    }
    assert.equal((await get(url, '/livezz', { host: '10.1.2.3' })).status, 403)
    await server.close()
  })
})
