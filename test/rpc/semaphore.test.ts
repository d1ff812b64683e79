import assert from 'node:assert/strict'

import { Semaphore } from '../../rpc/semaphore.ts'

function world(permits: number, permitsPerClient?: number) {
  const semaphore = new Semaphore(
    permits,
    permitsPerClient === undefined ? {} : { permitsPerClient },
  )
  const entered: string[] = []
  const come = (client: string, count: number): void => {
    for (let call = 0; call < count; call++) {
      void semaphore.acquire(client).then(() => entered.push(client))
    }
  }
  const leave = async (client: string): Promise<void> => {
    semaphore.release(client)
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
    const { entered, come, leave } = world(3, 2)
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
    const { semaphore, entered, come, leave } = world(2, 1)
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
})
