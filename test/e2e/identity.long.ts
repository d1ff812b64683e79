/** `pars did` and `pars keys` on a development chain. */
import assert from 'node:assert/strict'

import type { Hex } from '#base'

import { exitCodes } from '../../node/exit-codes.ts'
import { Members } from './members.ts'
import { assertRefused, Bench, failureIn } from './node.ts'

function hashOf(digits: string): Hex {
  return `0x${digits.repeat(32)}`
}

describe('identities on the command line', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let members: Members
  let id: Hex
  before(async () => {
    const node = await bench.node('dev', '--data', bench.path('chain'))
    members = await Members.open(bench, node)
    const made = await members.json<{ id: Hex }>(`did anchor --inception ${hashOf('7c')}`, 0)
    id = made.id
  })
  after(() => bench[Symbol.asyncDispose]())

  async function error(line: string, by: number): Promise<unknown> {
    return failureIn(await members.run(`${line} --json`, by)).facts['error']
  }

  it('anchors an inception and later events, and shows how far the log had come', async () => {
    const first = await members.json(`did show ${id}`)
    assert.deepEqual(
      [first['controller'], first['head'], first['sequence'], first['deactivated']],
      [members.account(0), hashOf('7c'), 0, false],
    )
    await members.json(`did anchor ${id} --head ${hashOf('a4')} --sequence 3`, 0)
    await members.wait(3_600)
    const { head, sequence, age } = await members.json(`did show ${id}`)
    assert.deepEqual([head, sequence], [hashOf('a4'), 3])
    assert.ok(Number(age) >= 3_600)
    assert.equal(await error(`did anchor ${id} --head ${hashOf('a5')} --sequence 3`, 0), 'NotNewer')
    assert.equal(await error(`did anchor --inception ${hashOf('7c')}`, 0), 'AlreadyIncepted')
    assert.equal(
      await error(`did anchor ${id} --head ${hashOf('a5')} --sequence 4`, 1),
      'OnlyController',
    )
    const unclear = await members.run(`did anchor ${id}`, 0)
    assertRefused(unclear, exitCodes.usage, /give --inception alone, or an id/)
  })

  it('publishes prekeys of an account and of an identity, epoch by epoch', async () => {
    const own = members.account(0)
    assert.equal((await members.json(`keys show ${own}`))['status'], 'never published')
    await members.json(`keys publish --root ${hashOf('9b')} --count 20 --for 30d`, 0)
    const shown = await members.json(`keys show ${own}`)
    assert.deepEqual(
      [shown['status'], shown['epoch'], shown['root'], shown['count']],
      ['valid', 1, hashOf('9b'), 20],
    )
    await members.wait(31 * 86_400)
    assert.equal((await members.json(`keys show ${own}`))['status'], 'over')
    await members.json('keys publish --none', 0)
    const none = await members.json(`keys show ${own}`)
    assert.deepEqual([none['status'], none['epoch']], ['none', 2])

    const published = `keys publish --root ${hashOf('9c')} --count 5 --identity ${id}`
    assert.equal(await error(published, 1), 'OnlyController')
    await members.json(published, 0)
    assert.equal((await members.json(`keys show ${id}`))['publisher'], own)
    assert.equal(await error(`${published} --epoch 1`, 0), 'NotNewer')
    assert.equal(await error(`${published} --for 401d`, 0), 'InvalidExpiry')
    assertRefused(
      await members.run('keys publish --count 3', 0),
      exitCodes.usage,
      /or --none alone/,
    )
  })

  it('passes control in two steps, and ends an identity for good', async () => {
    assert.equal(await error(`did accept ${id}`, 1), 'NotOffered')
    await members.json(`did offer ${id} ${members.account(1)}`, 0)
    assert.equal((await members.json(`did show ${id}`))['offeredTo'], members.account(1))
    await members.json(`did accept ${id}`, 1)
    assert.equal(await error(`did deactivate ${id}`, 0), 'OnlyController')
    // Who controls it now never published: a reader is given nothing.
    assert.equal((await members.json(`keys show ${id}`))['status'], 'none')
    const ended = await members.json(`did deactivate ${id}`, 1)
    assert.deepEqual([ended['deactivated'], ended['head']], [true, hashOf('a4')])
    assert.equal(await error(`did offer ${id} ${members.account(0)}`, 1), 'IsDeactivated')
    const unknown = await members.run(`did show ${hashOf('00')}`)
    assertRefused(unknown, exitCodes.transaction, /NODE_IDENTITY_UNKNOWN/)
  })
})
