/** `pars session-key` on a development chain: what a session may do, and what not. */
import assert from 'node:assert/strict'

import { hex, type Hex, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { exitCodes } from '../../node/exit-codes.ts'
import { Members, type Shown } from './members.ts'
import { assertRefused, Bench, failureIn } from './node.ts'

const pars = 10n ** 18n
const vePars = '0x0000000000000000000000000000000000000623'

describe('pars session-key', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let members: Members
  let account: Hex
  before(async () => {
    const node = await bench.node('dev', '--data', bench.path('chain'))
    members = await Members.open(bench, node)
    account = (await members.json<{ account: Hex }>('session-key account', 0)).account
    await members.json(`send --to ${account} --value 10`, 0)
  })
  after(() => bench[Symbol.asyncDispose]())

  const grant = async (rest: string): Promise<number> => {
    const who = `--holder ${members.account(1)}`
    const line = `session-key grant ${account} ${who} ${rest}`
    return (await members.json<{ session: number }>(line, 0)).session
  }

  async function error(line: string, by: number): Promise<unknown> {
    return failureIn(await members.run(`${line} --json`, by)).facts['error']
  }

  it('makes an account once, where its owner says that it stands', async () => {
    const again = await members.json('session-key account', 0)
    assert.deepEqual([again['account'], again['made']], [account, false])
    const other = await members.json(`session-key account --salt 0x${'01'.repeat(32)}`, 0)
    assert.notEqual(other['account'], account)
    const nobody = await members.run(`session-key list ${members.account(2)}`)
    assertRefused(nobody, exitCodes.transaction, /NODE_SMART_ACCOUNT/)
  })

  it('lets the holder do what was named within its limits, and nothing else', async () => {
    const friend = members.account(2)
    const limits = '--for 7d --calls 3 --budget 5 --per-call 3'
    const session = await grant(`${limits} --allow VePars.delegate --allow ${friend}`)
    const call = `session-key call ${account} ${session}`
    const before = await members.balance(friend)
    await members.json(`${call} --to ${friend} --value 3`, 1)
    assert.equal((await members.balance(friend)) - before, 3n * pars)
    assert.equal(await error(`${call} --to ${friend} --value 4`, 1), 'OverCallLimit')
    assert.equal(await error(`${call} --to ${friend} --value 3`, 1), 'OverBudget')
    assert.equal(await error(`${call} --to ${members.account(3)} --value 1`, 1), 'NotAllowed')
    assert.equal(await error(`${call} --to ${account} --value 1`, 1), 'ForbiddenTarget')
    assert.equal(await error(`${call} --to ${friend} --value 1`, 2), 'OnlyHolder')
    const selector = hex(keccak256(utf8('delegate(address)')).subarray(0, 4))
    const data = `${selector}${friend.slice(2).padStart(64, '0')}`
    await members.json(`${call} --to ${vePars} --data ${data}`, 1)
    assert.equal((await members.json(`ve show ${account}`))['delegate'], friend)
    const other = await error(`${call} --to ${vePars} --data 0x12345678`, 1)
    assert.equal(other, 'NotAllowed')
    await members.json(`${call} --to ${friend} --value 1`, 1)
    assert.equal(await error(`${call} --to ${friend} --value 1`, 1), 'TooManyCalls')
    const [shown] = await members.json<readonly Shown[]>(`session-key list ${account}`)
    assert.deepEqual(
      [shown!['status'], shown!['calls'], shown!['spent'], shown!['holder']],
      ['used up', 3, `${4n * pars}`, members.account(1)],
    )
    assert.deepEqual(shown!['allow'], [
      { target: vePars, selector },
      { target: friend, selector: '0x00000000' },
    ])
  })

  it('ends with its time, or when its owner says so', async () => {
    const friend = members.account(2)
    const short = await grant(`--for 1h --calls 3 --budget 5 --allow ${friend}`)
    const long = await grant(`--for 7d --calls 3 --budget 5 --allow ${friend}`)
    const last = await grant(`--for 7d --calls 3 --budget 5 --allow ${friend}`)
    await members.wait(3_601)
    const call = (session: number): string =>
      `session-key call ${account} ${session} --to ${friend} --value 1`
    assert.equal(await error(call(short), 1), 'SessionExpired')
    assert.equal(await error(`session-key revoke ${account} ${long}`, 1), 'OnlyOwner')
    await members.json(`session-key revoke ${account} ${long}`, 0)
    assert.equal(await error(call(long), 1), 'Revoked')
    await members.json(call(last), 1)
    await members.json(`session-key revoke ${account} --all`, 0)
    assert.equal(await error(call(last), 1), 'Revoked')
    const { stdout } = await members.run(`session-key list ${account} --start 1`)
    assert.match(stdout, /^session 1 of 0x[0-9a-f]{40}: revoked, until/)
  })

  it('refuses sessions that would be none', async () => {
    const rest = '--calls 3 --budget 5'
    const line = `session-key grant ${account} --holder ${members.account(1)} ${rest}`
    const friend = members.account(2)
    assert.equal(await error(`${line} --for 367d --allow ${friend}`, 0), 'InvalidTerm')
    assert.equal(await error(`${line} --for 1d --allow ${account}`, 0), 'ForbiddenTarget')
    assert.equal(await error(`${line} --for 1d --allow ${friend}`, 1), 'OnlyOwner')
    const unknown = await members.run(`${line} --for 1d --allow VePars.nothing`, 0)
    assertRefused(unknown, exitCodes.usage, /Give VePars\.delegate/)
  })
})
