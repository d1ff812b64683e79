import assert from 'node:assert/strict'

import { Semaphore, type SemaphoreOptions } from '../../rpc/semaphore.ts'

function world(permits: number, options: SemaphoreOptions = {}) {
  const semaphore = new Semaphore(permits, options)
  const entered: string[] = []
  const inside: { client: string; leave: () => void }[] = []
  const enter = (client: string, leave: () => void): void => {
    entered.push(client)
    inside.push({ client, leave })
  }
  const come = (client: string, count: number, isBrief = false): void => {
    for (let call = 0; call < count; call++) {
      void semaphore.acquire({ client, isBrief }).then((leave) => enter(client, leave))
    }
  }
  const leave = async (client: string): Promise<void> => {
    const first = inside.findIndex((one) => one.client === client)
    for (const { leave: end } of inside.splice(first, 1)) end()
    await settled()
  }
  return { semaphore, entered, come, leave }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a semaphore', () => {
  it('takes clients in turns, however many of one wait', async () => {
    const { semaphore, entered, come, leave } = world(1)
    come('many', 100)
    come('one', 1)
    come('two', 2)
    await settled()
    assert.deepEqual(entered, ['many'])
    assert.deepEqual(
      ['many', 'one', 'two', 'none'].map((client) => semaphore.waiting(client)),
      [99, 1, 2, 0],
    )
    for (let step = 0; step < 6; step++) await leave(entered.at(-1) ?? '')
    assert.deepEqual(entered, ['many', 'many', 'one', 'two', 'many', 'two', 'many'])
  })

  it('keeps room for others while one client has all that it may have', async () => {
    const { entered, come, leave } = world(3, { permitsPerClient: 2 })
    come('many', 5)
    await settled()
    assert.deepEqual(entered, ['many', 'many'])
    come('one', 1)
    await settled()
    assert.deepEqual(entered, ['many', 'many', 'one'])
    await leave('one')
    assert.equal(entered.length, 3)
    await leave('many')
    assert.deepEqual(entered, ['many', 'many', 'one', 'many'])
  })

  it('is as free as before once all have left', async () => {
    const { semaphore, entered, come, leave } = world(2, { permitsPerClient: 1 })
    come('a', 3)
    come('b', 3)
    for (let step = 0; step < 6; step++) {
      await settled()
      await leave(entered[step] ?? '')
    }
    assert.deepEqual([semaphore.waiting('a'), semaphore.waiting('b')], [0, 0])
    come('a', 1)
    come('b', 1)
    await settled()
    assert.equal(entered.length, 8)
  })

  it('lets brief ones of one client in together, and counts them as one until all have left', async () => {
    const { semaphore, entered, come, leave } = world(2, { permitsPerClient: 1, together: 3 })
    come('many', 4, true)
    come('one', 1, true)
    await settled()
    assert.deepEqual(entered, ['many', 'many', 'many', 'one'])
    await leave('many')
    await leave('many')
    assert.equal(semaphore.waiting('many'), 1)
    await leave('many')
    assert.equal(semaphore.waiting('many'), 0)
    assert.deepEqual(entered, ['many', 'many', 'many', 'one', 'many'])
  })

  it('lets nobody else in with brief ones', async () => {
    const { entered, come, leave } = world(1, { together: 8 })
    come('a', 2, true)
    come('a', 1)
    come('a', 1, true)
    come('b', 1, true)
    await settled()
    assert.deepEqual(entered, ['a', 'a'])
    await leave('a')
    await leave('a')
    assert.deepEqual(entered, ['a', 'a', 'b'])
    await leave('b')
    assert.deepEqual(entered, ['a', 'a', 'b', 'a'])
    await leave('a')
    assert.deepEqual(entered, ['a', 'a', 'b', 'a', 'a'])
  })

  it('lets those in together that come before it is told that all are there', async () => {
    const told: (() => void)[] = []
    const { entered, come } = world(1, { together: 9, soon: (task) => told.push(task) })
    come('one', 1, true)
    await settled()
    come('one', 2, true)
    await settled()
    assert.deepEqual([entered.length, told.length], [0, 1])
    told[0]?.()
    await settled()
    assert.equal(entered.length, 3)
  })

  it('gathers brief ones while brief ones of their client are inside, and behind nothing else', async () => {
    const { entered, come, leave } = world(4, { permitsPerClient: 2, together: 9, gathered: 3 })
    come('one', 1)
    await settled()
    come('one', 1, true)
    await settled()
    assert.equal(entered.length, 2)
    come('two', 1, true)
    await settled()
    come('two', 2, true)
    await settled()
    assert.equal(entered.length, 3)
    come('two', 1, true)
    await settled()
    assert.equal(entered.length, 6)
    await leave('two')
    come('two', 1, true)
    await settled()
    assert.equal(entered.length, 6)
    for (let left = 0; left < 3; left++) await leave('two')
    assert.equal(entered.length, 7)
  })
})
