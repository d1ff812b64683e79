import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { silent } from '#base'
import { addressText, MeshIdentity } from '#mesh'

import { systemClock } from '../../../node/clock.ts'
import { IpcClient } from '../../../node/ipc-client.ts'
import { usualPath } from '../../../node/ipc.ts'
import { limits } from '../../../node/limits.ts'
import { MeshDaemon } from '../../../node/mesh/daemon.ts'
import { systemRandom } from '../../../node/random.ts'

const somebody = (): string => addressText(MeshIdentity.create(systemRandom, 1).address)
const zeros = (size: number): string => Buffer.alloc(size).toString('base64')

describe('a node of the mesh as its user asks it', () => {
  let data: string
  let daemon: MeshDaemon
  let client: IpcClient

  beforeEach(async () => {
    data = await mkdtemp(path.join(tmpdir(), 'pars-mesh-'))
    daemon = await MeshDaemon.start({
      data,
      media: [],
      network: undefined,
      isPublic: false,
      relays: true,
      isClockTrusted: true,
      clock: systemClock,
      random: systemRandom,
      log: silent,
    })
    client = await IpcClient.open(usualPath(data))
  })
  afterEach(async () => {
    // The connection stays: it must not hold the node.
    await daemon.stop()
    await rm(data, { recursive: true })
  })

  it('refuses numbers that nothing can have, and goes on', async () => {
    for (const method of ['mesh_read', 'mesh_remove', 'mesh_cancel', 'mesh_waits', 'mesh_inbox']) {
      for (const number of [999_999_999_999_999, 2 ** 48 - 1, -1, 0.5]) {
        await assert.rejects(client.ask(method, number), /NODE_REFUSED/)
      }
    }
    assert.deepEqual(await client.ask('mesh_outbox', 2 ** 48 - 2), [])
    assert.equal(await client.ask('mesh_read', 2 ** 48 - 2), null)
    assert.equal(await client.ask('mesh_waits', 2 ** 48 - 2), 'unknown')
  })

  it('does not make an address public that was to be private', async () => {
    await assert.rejects(client.ask('mesh_announce'), /MESH_PRIVATE/)
  })

  it('takes no letter to itself', async () => {
    const to = addressText(daemon.identity.address)
    await assert.rejects(client.ask('mesh_send', { to, text: 'hello' }), /MESH_LETTER_OWN/)
    assert.deepEqual(await client.ask('mesh_outbox', 0), [])
  })

  it('takes no file that is too large to be sent', async () => {
    const most = limits.meshFile.value
    const large = { to: somebody(), file: { name: 'a', bytes: zeros(most + 1) } }
    await assert.rejects(client.ask('mesh_send', large), /MESH_LETTER_LARGE/)
    const file = { to: somebody(), file: { name: 'a', bytes: zeros(most) } }
    assert.equal(await client.ask('mesh_send', file), 1)
  })

  it('keeps a letter until it is cancelled, and knows that it was', async () => {
    const number = await client.ask('mesh_send', { to: somebody(), text: 'hello' })
    assert.equal(await client.ask('mesh_waits', number), 'waiting')
    assert.equal(await client.ask('mesh_cancel', number), true)
    assert.equal(await client.ask('mesh_waits', number), 'cancelled')
  })
})
