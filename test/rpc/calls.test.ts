import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

import { serve, type Served } from './fixture-server.ts'

const page = 'https://wallet.example'
const chainId = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
const answered = '{"jsonrpc":"2.0","id":1,"result":"0x1c3b"}'

/** Ways to write the same call: the first goes the short way, the others do not. */
const heads: Readonly<Record<string, readonly string[]>> = {
  'as clients write it': ['content-type: application/json'],
  'from a page that may call': ['content-type: application/json', `origin: ${page}`],
  'with more to its media type': ['content-type: application/json; charset="utf-8"; a=b'],
}

const headOf = (fields: readonly string[]): string =>
  ['POST / HTTP/1.1', 'host: localhost', ...fields, '', ''].join('\r\n')
const withLength = (fields: readonly string[], body: Uint8Array | string): Buffer =>
  Buffer.concat([
    Buffer.from(headOf([...fields, `content-length: ${Buffer.byteLength(body)}`])),
    Buffer.from(body),
  ])

describe('a call over HTTP', () => {
  let served: Served
  let socket: Socket
  before(async () => {
    served = await serve({ allowedOrigins: [page], limits: { requestBytes: 1000 } })
  })
  after(() => served.server.close())
  beforeEach(async () => {
    socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    await once(socket, 'connect')
  })
  afterEach(() => void socket.destroy())

  /** Answers until `enough` of them ended, without their dates and what tells pages of them. */
  async function read(enough = 1): Promise<string> {
    let said = ''
    const isWhole = (): boolean =>
      said.split('HTTP/1.1 ').length > enough &&
      [...said.matchAll(/content-length: (\d+)\r\n/g)].reduce(
        (sum, [, length]) => sum + Number(length),
        0,
      ) <= said.split('\r\n\r\n').slice(1).join('').length
    while (!isWhole()) {
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      said += chunk.toString('latin1')
    }
    const text = Buffer.from(said, 'latin1').toString()
    return text.replaceAll(/^(?:date|access-control-[\w-]+|vary): .*\r\n/gim, '')
  }

  const asked: Readonly<Record<string, Uint8Array | string>> = {
    call: chainId,
    batch: `[${chainId},${chainId}]`,
    notification: '{"jsonrpc":"2.0","method":"eth_chainId"}',
    'body that is not UTF-8': Uint8Array.of(0x22, 0xff, 0x22),
    'body that is not JSON': '{',
    'empty body': '',
  }
  for (const [what, body] of Object.entries(asked)) {
    it(`gets the same answer whichever way it goes: ${what}`, async () => {
      const answers: string[] = []
      for (const fields of Object.values(heads)) {
        socket.write(withLength(fields, body))
        answers.push(await read())
      }
      const size = Buffer.byteLength(body).toString(16)
      socket.write(headOf([...heads['as clients write it']!, 'transfer-encoding: chunked']))
      if (size !== '0') socket.write(Buffer.concat([Buffer.from(`${size}\r\n`), Buffer.from(body)]))
      socket.write(size === '0' ? '0\r\n\r\n' : '\r\n0\r\n\r\n')
      answers.push(await read())
      assert.equal(answers.length, 4)
      assert.equal(new Set(answers).size, 1, answers.join('\n'))
      assert.match(answers[0]!, what === 'notification' ? /^HTTP\/1.1 204 / : /^HTTP\/1.1 200 /)
    })
  }

  it('may come in pieces that cut a character', async () => {
    const body = Buffer.from('{"jsonrpc":"2.0","id":"\u{1F98A}","method":"eth_chainId"}')
    const whole = withLength(heads['as clients write it']!, body)
    const cut = whole.indexOf('\u{1F98A}') + 2
    socket.write(whole.subarray(0, cut))
    await new Promise((resolve) => setImmediate(resolve))
    socket.write(whole.subarray(cut))
    assert.match(await read(), /"id":"\u{1F98A}","result":"0x1c3b"/u)
  })

  it('is answered in its turn when several come at once', async () => {
    const bodies = [1, 2, 3].map((id) => chainId.replace('"id":1', `"id":${id}`))
    const fields = heads['as clients write it']!
    socket.write(Buffer.concat(bodies.map((body) => withLength(fields, body))))
    const ids = [...(await read(3)).matchAll(/"id":(\d)/g)].map(([, id]) => id)
    assert.deepEqual(ids, ['1', '2', '3'])
  })

  it('harms nobody when its client leaves in the middle of it', async () => {
    socket.write(withLength(heads['as clients write it']!, chainId).subarray(0, -5))
    await new Promise((resolve) => setImmediate(resolve))
    socket.resetAndDestroy()
    socket = connect(Number(new URL(served.url).port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(withLength(heads['as clients write it']!, chainId))
    assert.ok((await read()).endsWith(answered))
  })

  const refusals: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
    'another name': [
      Buffer.from(
        `POST / HTTP/1.1\r\nhost: evil.example\r\ncontent-type: application/json\r\ncontent-length: ${chainId.length}\r\n\r\n${chainId}`,
      ),
      /^HTTP\/1.1 403 [^]*RPC_HOST_REFUSED/,
    ],
    'another page': [
      withLength(['content-type: application/json', 'origin: https://evil.example'], chainId),
      /^HTTP\/1.1 403 [^]*RPC_ORIGIN_REFUSED/,
    ],
    'another media type': [
      withLength(['content-type: text/plain'], chainId),
      /^HTTP\/1.1 415 [^]*RPC_MEDIA_TYPE/,
    ],
    'too many bytes': [
      withLength(['content-type: application/json'], ' '.repeat(1001)),
      /^HTTP\/1.1 413 [^]*RPC_BODY_TOO_LARGE/,
    ],
  }
  for (const [what, [request, expected]] of Object.entries(refusals)) {
    it(`is refused for ${what}`, async () => {
      socket.write(request)
      assert.match(await read(), expected)
    })
  }
})
