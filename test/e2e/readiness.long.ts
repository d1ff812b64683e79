/** `pars validator ready` on a committee of one, with an upgrade that its members have voted for. */
import assert from 'node:assert/strict'

import { exitCodes } from '../../node/exit-codes.ts'
import { freePorts } from './cluster.ts'
import { assertRefused, Bench, failureIn, Node } from './node.ts'
import { PipBench } from './pips.ts'

const short = ['pip.reviewPeriod=1s', 'vote.delay=1s', 'tier.2.period=20s', 'tier.2.timelock=1s']

interface Upgrade {
  readonly state: string
  readonly readyStake: number
  readonly totalStake: number
  readonly missing: readonly string[]
}

describe('pars validator ready', function () {
  this.timeout(300_000)

  const bench = new Bench()
  let pips: PipBench
  before(async () => {
    const first = await freePorts(8)
    const ports = ['--base-port', String(first), '--rpc-port', String(first + 4)]
    const settings = ['--set', ...short, 'upgrade.notice=20s']
    const folder = ['--dir', bench.path('devnet'), '--validators', '1', '--json']
    const command = bench.start('devnet', ...folder, ...ports, ...settings)
    const [, url = ''] = await command.printed(/"rpc":"(http:\/\/[\d.:]+)"/)
    pips = await PipBench.open(bench, new Node(command, url))
  })
  after(() => bench[Symbol.asyncDispose]())

  /** Of `pars validator`, until it is what a test waits for. */
  async function upgrades(wanted: (found: readonly Upgrade[]) => boolean): Promise<Upgrade> {
    for (;;) {
      const line = ['validator', 'upgrades', '--all', '--json', ...pips.at]
      const { code, stdout, stderr } = await bench.run(...line)
      assert.equal(code, 0, stderr)
      const found = JSON.parse(stdout) as readonly Upgrade[]
      if (wanted(found)) return found[0]!
    }
  }

  /** Again and again: a step of a vote is possible when its time has come. */
  async function step(...line: readonly string[]): Promise<void> {
    for (;;) {
      const ended = await pips.run(...line, ...pips.from(0))
      if (ended.code === 0) return
      // What was refused, or came into a block too early; everything else is a mistake.
      assert.equal(ended.code, exitCodes.transaction, ended.stderr)
    }
  }

  const ready = (account: number, ...flags: readonly string[]) =>
    bench.run('validator', 'ready', '1', ...flags, ...pips.from(account))

  it('says it for the validator’s account, takes it back, and lets the upgrade become active', async () => {
    assertRefused(
      await ready(0),
      exitCodes.transaction,
      /NODE_UPGRADE_UNKNOWN.*pars validator upgrades/,
    )
    await pips.lock(0, 1_000n)
    const settings = 'UpgradeSchedule.schedule [0, [], [["vote.delay", 7]]]'
    const file = await pips.write(42, 'A longer delay', settings)
    await step('submit', file)
    await step('review', '42')
    await step('open', '42')
    await step('vote', '42', '--for')
    await step('queue', '42')
    await step('execute', '42')

    const waiting = await upgrades((found) => found.length === 1)
    assert.deepEqual(
      [waiting.state, waiting.readyStake, waiting.totalStake, waiting.missing],
      ['Pending', 0, 1, []],
    )
    assertRefused(await ready(1), exitCodes.key, /NODE_OPERATOR.*validators=none/)
    const said = await ready(0, '--json')
    assert.deepEqual(
      [said.code, (JSON.parse(said.stdout) as { stake: string }).stake],
      [0, '100.0000%'],
    )
    assert.equal(failureIn(await ready(0, '--json')).facts['error'], 'NothingChanges')
    assert.match((await ready(0, '--not')).stdout, /ready +false\nstake +0\.0000%/)
    assert.equal((await ready(0)).code, 0)
    await upgrades(([one]) => one?.state === 'Activated')
    assert.equal(await pips.parameter('vote.delay'), 7n)
    assertRefused(await ready(0, '--not'), exitCodes.transaction, /UpgradeNotPending/)
  })
})
