import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { z } from 'zod'

import { Fault, type Log, silent } from '#base'

import { Control, controlMethod } from '../../../node/mesh/control.ts'

describe('the socket of the user of a node of the mesh', () => {
  let folder: string
  let server: Server
  let socket: Socket
  let control: Control
  const errors: unknown[] = []
  const log: Log = { ...silent, error: (...facts) => void errors.push(facts) }

  beforeEach(async () => {
    errors.length = 0
    folder = await mkdtemp(path.join(tmpdir(), 'pars-control-'))
    const none = z.tuple([])
    control = new Control(
      {
        double: controlMethod(z.tuple([z.int().max(10)]), ([number]) => 2 * number),
        refuse: controlMethod(none, () => {
          throw new Fault({ code: 'MESH_SHELF_FULL' }, 'make room')
        }),
        break: controlMethod(none, () => {
          throw new RangeError('nobody thought of that')
        }),
      },
      log,
    )
    server = createServer({ allowHalfOpen: true }, (one) => control.attach(one))
    const place = path.join(folder, 'socket')
    await once(server.listen(place), 'listening')
    socket = connect(place).setEncoding('utf8')
    await once(socket, 'connect')
  })
  afterEach(async () => {
    control.stop()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })

  async function ask(method: string, ...params: unknown[]): Promise<unknown> {
    const answer = once(socket, 'data')
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`)
    const [line] = (await answer) as [string]
    return JSON.parse(line)
  }

  it('answers what was asked', async () => {
    assert.deepEqual(await ask('double', 4), { jsonrpc: '2.0', id: 1, result: 8 })
  })

  for (const [what, method, params, code] of [
    ['an unknown method', 'absent', [], -32_601],
    ['what its method does not take', 'double', [11], -32_602],
    ['what is refused', 'refuse', [], -32_000],
    ['what fails in a way that nobody thought of', 'break', [], -32_603],
  ] as const) {
    it(`answers ${what} with an error, and the next question too`, async () => {
      const answer = (await ask(method, ...params)) as { readonly error: { readonly code: number } }
      assert.equal(answer.error.code, code)
      assert.deepEqual(await ask('double', 1), { jsonrpc: '2.0', id: 1, result: 2 })
      assert.equal(errors.length, code === -32_603 ? 1 : 0)
    })
  }

  it('ends connections that are idle when it stops', async () => {
    await ask('double', 4)
    const closed = once(socket, 'close')
    control.stop()
    await closed
    const late = connect(path.join(folder, 'socket'))
    await once(
      late.on('error', () => {}),
      'close',
    )
  })
})
