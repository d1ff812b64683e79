import assert from 'node:assert/strict'

import { Cluster, type Node } from '../driver/cluster.ts'

async function sizeOf({ store }: Node): Promise<{ records: number; bytes: number }> {
  let records = 0
  let bytes = 0
  for await (const [key, value] of store.entries({
    gte: new Uint8Array([0]),
    lt: new Uint8Array([255]),
  })) {
    records++
    bytes += key.length + value.length
  }
  return { records, bytes }
}

describe('the store of the DAG', function () {
  this.timeout(60_000)

  it('stays as large as what it keeps, and says what a day takes', async () => {
    const cluster = await new Cluster({
      validators: 4,
      retention: 4_000,
      constants: { gcDepth: 12 },
      parameters: { idleRoundDelay: 200, jumpLag: 5 },
    }).boot()
    const node = cluster.node(0)
    const sizes: number[] = []
    for (const commits of [70, 134, 198]) {
      assert.ok(await cluster.until(() => node.status.committed >= commits, 100_000))
      sizes.push((await sizeOf(node)).bytes)
    }
    const [first = 0, second = 0, third = 0] = sizes
    assert.ok(second < 1.3 * first && third < 1.3 * first, String(sizes))
    const { retained } = node.status
    assert.ok(retained.commits < 60, String(retained.commits))
    assert.ok(retained.bytes < first)
    const days = 4_000 / 86_400_000
    const { bytesPerDay = 0 } = retained
    assert.ok(bytesPerDay * days > 0.5 * retained.bytes && bytesPerDay * days < 2 * retained.bytes)
    await node.kill()
    await node.boot()
    assert.equal(node.status.store, 'intact')
    await cluster.run(3_000)
    assert.equal(node.status.standing, 'signing')
    cluster.agreement()
  })

  it('of an archive keeps everything', async () => {
    const cluster = await new Cluster({
      validators: 4,
      retention: Number.POSITIVE_INFINITY,
      constants: { gcDepth: 12 },
      parameters: { idleRoundDelay: 200, jumpLag: 5 },
    }).boot()
    const node = cluster.node(0)
    assert.ok(await cluster.until(() => node.status.committed >= 66, 60_000))
    assert.equal(node.status.retained.commits, node.status.committed)
    const blocks = await sizeOf(node)
    const counted = node.status.retained.bytes
    assert.ok(
      counted > 0.7 * blocks.bytes && counted < blocks.bytes,
      `${counted} of ${blocks.bytes}`,
    )
  })
})
