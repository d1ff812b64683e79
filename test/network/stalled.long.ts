import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { limits } from '../../network/limits.ts'
import { Inbox, quick, TestNode } from './nodes.ts'

const program = path.join(import.meta.dirname, 'stalled-process.ts')
const dag = '/pars/dag/1'
const MiB = 1024 * 1024

describe('a peer whose process is stopped', function () {
  this.timeout(60_000)
  let child: ChildProcess
  const lines = new Inbox<string>()

  before(async () => {
    child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n')) if (line !== '') lines.add(line)
    })
    await lines.until((items) => items.length > 0)
  })

  after(() => child.kill('SIGKILL'))

  it('costs bounded memory, is dropped, and is dialled again when it goes on', async function () {
    if (process.platform === 'win32') this.skip()
    const address = lines.items[0]?.replace('at ', '') ?? ''
    await using node = await TestNode.start({
      staticPeers: [address],
      pushes: [{ id: dag, traffic: 'dag', receive() {} }],
      topics: [{ name: 'transactions', validate: () => 'accept' }],
      timings: {
        ...quick,
        heartbeat: 300,
        statusTimeout: 1_000,
        pushStall: 1_000,
        gossipStall: 5_000,
      },
    })
    await node.until(() => node.connected.length === 1)
    const peer = node.connected[0]?.peer ?? ''
    while ((await node.network.publish('transactions', greeting())) === 0) await setImmediate()

    child.kill('SIGSTOP')
    const before = bufferBytes()
    const messages = new Uint8Array(100_000 + 1_500)
    let most = 0
    let isQueued = true
    for (let index = 0; index < 1_500; index++) {
      // Views of one buffer: what grows is what waits for the peer.
      messages[index] = index % 251
      messages[index + 99_999] = Math.floor(index / 251) + 1
      await node.network.publish('transactions', messages.subarray(index, index + 100_000))
      isQueued = node.network.push(peer, dag, new Uint8Array(100_000))
      if (index % 50 !== 0) continue
      await setImmediate()
      most = Math.max(most, bufferBytes() - before)
    }
    assert.equal(isQueued, false)
    const { gossipBuffer, pushQueue, connectionBuffer } = limits
    const bound = gossipBuffer.value + pushQueue.value + connectionBuffer.value
    assert.ok(most < bound, `${Math.round(most / MiB)} MiB for 300 MB sent`)

    await node.until(() => node.disconnected.length > 0)
    assert.deepEqual(node.bans, [])
    child.kill('SIGCONT')
    await node.until(() => node.connected.length > 1)
    assert.equal(node.connected[1]?.peer, peer)
    const heard = lines.items.length
    while ((await node.network.publish('transactions', greeting())) === 0) await setImmediate()
    await lines.until((items) => items.length > heard)
  })
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Held by buffers, without what nobody holds any more. */
function bufferBytes(): number {
  collectGarbage()
  return process.memoryUsage().arrayBuffers
}

let greetings = 0

function greeting(): Uint8Array {
  greetings++
  return Uint8Array.of(greetings & 255, greetings >> 8, greetings >> 16)
}
