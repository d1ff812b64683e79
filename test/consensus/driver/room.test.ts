import assert from 'node:assert/strict'

import { limits } from '../../../consensus/limits.ts'
import { Cluster } from './cluster.ts'

/** Runs `task` with room for few blocks, so that what is true of megabytes is seen of kilobytes. */
async function crowded(task: () => Promise<void>): Promise<void> {
  const rounds: { value: number } = limits.suspendedRounds
  const { value } = rounds
  rounds.value = 4
  try {
    await task()
  } finally {
    rounds.value = value
  }
}

describe('a validator that has no room for the last blocks of others', function () {
  this.timeout(60_000)

  it('gets them again: three of four go on, though nobody names those blocks', () =>
    crowded(async () => {
      const options = { validators: 4, parameters: { idleRoundDelay: 200 } } as const
      const cluster = await new Cluster(options).boot()
      await cluster.run(3_000)
      const [late, gone] = [cluster.node(3), cluster.node(2)]
      await late.kill()
      await cluster.run(4_000)
      await gone.kill()
      await cluster.run(1_000)
      const before = cluster.node(0).status.committed
      await late.boot()
      const goesOn = () => cluster.node(0).status.committed > before + 10
      assert.ok(await cluster.until(goesOn, 30_000))
      assert.deepEqual(cluster.bans, [])
      assert.deepEqual(late.events, [])
    }))
})
