/** `pars pip` on a development chain: PIPs from a draft to a changed parameter, or to their end. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

import { keccak256, toHex } from 'viem'

import { chainParams, pipRegistry, vePars } from '#contracts'

import { exitCodes } from '../../node/exit-codes.ts'
import { assertRefused, Bench, failureIn } from './node.ts'
import { PipBench, type Shown } from './pips.ts'

const [alice, bob, carol, dave] = [0, 1, 2, 3] as const
const pars = 10n ** 18n

/** Votes of locks that age by the second, in whole PARS. */
function rounded(votes: unknown): number {
  return Math.round(Number(BigInt(String(votes)) / (pars / 100n)) / 100)
}

describe('pars pip', function () {
  this.timeout(240_000)

  const bench = new Bench()
  let pips: PipBench
  before(async () => {
    pips = await PipBench.open(bench, await bench.node('dev', '--data', bench.path('chain')))
    await pips.lock(alice, 1_000n)
    await pips.lock(bob, 600n)
    await pips.lock(carol, 500n)
    await pips.lock(dave, 100n)
    await pips.send(dave, vePars, 'delegate', [pips.accounts[bob]])
    await pips.pass(1)
  })
  after(() => bench[Symbol.asyncDispose]())

  const show = (number: number): Promise<Shown> => pips.json('show', String(number), ...pips.at)

  it('takes a PIP from its draft to a changed parameter', async () => {
    const before = await pips.parameter('block.gasLimit')
    const file = await pips.write(
      42,
      'A smaller block',
      'ChainParams.set ["block.gasLimit", 9000000]',
    )
    assert.match((await pips.run('lint', file)).stdout, /1 without mistakes/)
    const simulated = await pips.json('simulate', file, ...pips.at)
    assert.equal(simulated['succeeds'], true)
    const { tier, actions, sent } = await pips.json('submit', file, ...pips.from(alice))
    assert.deepEqual([tier, actions, sent], ['1', 1, 1])
    assert.equal((await pips.json('review', '42', ...pips.from(alice))).status, 'Review')
    await pips.pass(20)

    const target = before - 1_000_000n
    pips.amend(file, `ChainParams.set ["block.gasLimit", ${target}]`)
    const revised = await pips.json('revise', file, ...pips.from(alice))
    assert.deepEqual([revised['revision'], revised['sent']], ['2', 1])
    await pips.pass(20)
    const early = await pips.run('open', '42', ...pips.from(alice))
    assertRefused(early, exitCodes.transaction, /NODE_CONTRACT_REFUSED.*InReview.*from/)
    await pips.pass(20)
    assert.equal((await pips.json('open', '42', ...pips.from(alice))).status, 'Voting')
    await pips.pass(2)

    const cast = await pips.json('vote', '42', '--for', '--reason', 'room', ...pips.from(alice))
    assert.equal(rounded(cast['weight']), 1_000)
    const against = await pips.json('vote', '42', '--against', ...pips.from(bob))
    assert.equal(rounded(against['weight']), 700)
    const own = await pips.json('vote', '42', '--for', '--override', ...pips.from(dave))
    assert.equal(rounded(own['weight']), 100)
    const ballot = await pips.run('vote', '42', '--for', '--sign-only', ...pips.from(carol))
    const carried = bench.path('ballot.json')
    writeFileSync(carried, ballot.stdout)
    const relayed = await pips.json('relay', carried, ...pips.from(dave))
    assert.deepEqual([relayed['voter'], rounded(relayed['weight'])], [pips.accounts[carol], 500])

    const shown = await show(42)
    const vote = shown['vote'] as Shown
    const counts = [vote['for'], vote['against'], vote['abstain']].map(rounded)
    assert.deepEqual(counts, [1_600, 600, 0])
    assert.deepEqual([vote['state'], vote['outcome']], ['Active', 'carried'])
    const again = await pips.run('vote', '42', '--against', ...pips.from(alice))
    assertRefused(again, exitCodes.transaction, /GovernorAlreadyCastVote.*has voted/)
    const replayed = await pips.run('relay', carried, ...pips.from(dave))
    assertRefused(replayed, exitCodes.transaction, /GovernorAlreadyCastVote/)

    await pips.pass(40)
    const watched = pips.start('watch', '42', ...pips.at)
    await watched.printed(/PIP-42 Approved\nPIP-42 pars pip queue 42 \(anyone\)/)
    const queued = await pips.json('queue', '42', ...pips.from(dave))
    assert.equal(queued.status, 'Approved')
    const hasty = await pips.run('execute', '42', ...pips.from(dave))
    assertRefused(hasty, exitCodes.transaction, /NODE_CONTRACT_REFUSED.*Timelock/)
    await pips.pass(10)
    const rehearsed = await pips.run('simulate', '42', ...pips.at)
    assert.match(rehearsed.stdout, /ChainParams ParameterSet {"key":"block.gasLimit","before":"/)
    assert.match(rehearsed.stdout, new RegExp(`${target.toString(16)}\\nPIPRegistry\\n`))
    assert.equal((await pips.json('execute', '42', ...pips.from(dave))).status, 'Implemented')
    assert.equal(await pips.parameter('block.gasLimit'), target)
    const ended = await watched.ended
    assert.deepEqual([ended.code, /PIP-42 Implemented/.test(ended.stdout)], [0, true])
    const text = await pips.run('show', '42', '--text', ...pips.at)
    assert.equal(text.stdout, readFileSync(file, 'utf8'))
  })

  it('tells that nobody came, and that an author gave up', async () => {
    const silent = await pips.write(2_001, 'How we greet each other')
    await pips.json('submit', silent, ...pips.from(alice))
    await pips.json('review', '2001', ...pips.from(alice))
    await pips.pass(31)
    await pips.json('open', '2001', ...pips.from(alice))
    await pips.pass(60)
    const shown = await show(2_001)
    assert.deepEqual([shown.status, (shown['vote'] as Shown)['outcome']], ['Rejected', 'no quorum'])
    const late = await pips.run('vote', '2001', '--for', ...pips.from(bob))
    assertRefused(late, exitCodes.transaction, /GovernorUnexpectedProposalState.*is Defeated/)
    const queued = await pips.run('queue', '2001', ...pips.from(bob))
    assertRefused(queued, exitCodes.transaction, /GovernorUnexpectedProposalState/)

    const given = await pips.write(2_002, 'A second thought')
    await pips.json('submit', given, ...pips.from(alice))
    const stranger = await pips.run('withdraw', '2002', ...pips.from(bob))
    assertRefused(stranger, exitCodes.transaction, /OnlyAuthor.*sign as/)
    assert.equal((await pips.json('withdraw', '2002', ...pips.from(alice))).status, 'Withdrawn')
    const list = await pips.run('list', '--status', 'Withdrawn', ...pips.at)
    assert.equal(list.stdout, 'PIP-2002 Withdrawn   A second thought\n')
    const unvoted = await pips.run('vote', '2002', '--for', ...pips.from(bob), '--json')
    assert.equal(failureIn(unvoted).code, 'NODE_PIP_STATUS')
  })

  it('does not open the review of a PIP that does what its text does not say', async () => {
    const content = readFileSync(await pips.write(2_003, 'Nothing but words'))
    const hash = keccak256(content)
    await pips.send(alice, pipRegistry, 'putChunk', [toHex(content)])
    const text = {
      category: 2,
      title: 'Nothing but words',
      contentHash: hash,
      size: content.length,
      chunks: [hash],
    }
    const targets = [chainParams.address]
    const actions = { tier: 2, targets, values: [0n], calldatas: ['0x12345678'] }
    await pips.send(alice, pipRegistry, 'submit', [2_003, text, actions])
    const reviewed = await pips.run('review', '2003', ...pips.from(alice))
    assertRefused(reviewed, exitCodes.failure, /NODE_PIP_DIFFERS.*nothing.*0x12345678/)
    const shown = await pips.run('show', '2003', ...pips.at)
    assert.match(shown.stdout, /status +Draft[^]*WARNING +action 1: the text says nothing/)
    const watched = pips.start('watch', ...pips.at)
    await watched.printed(/PIP-2003 Draft\nPIP-2003 pars pip review 2003 \(author\)/)
    assert.equal((await watched.kill('SIGTERM')).code, 0)
  })

  it('says what is wrong with a text, an action, or a ballot', async () => {
    const file = await pips.write(43, 'Nothing left', 'ChainParams.set ["block.gasLimit", 1]')
    const simulated = await pips.run('simulate', file, ...pips.at)
    assertRefused(simulated, exitCodes.transaction, /NODE_PIP_FAILS.*ChainParams: OutOfBounds/)
    writeFileSync(file, `${readFileSync(file, 'utf8')}<b>`)
    const linted = await pips.run('lint', file)
    assertRefused(linted, exitCodes.failure, /NODE_PIP_LINT/)
    assert.match(linted.stdout, /html/)
    assertRefused(
      await pips.run('submit', file, ...pips.from(alice)),
      exitCodes.failure,
      /NODE_PIP_LINT/,
    )
    const voteless = await pips.write(45, 'Nobody asked')
    const paid = await pips.node.ask('pars_getNonce', pips.accounts[dave], '0x0', 'latest')
    const refused = await pips.run('submit', voteless, ...pips.from(dave))
    assertRefused(refused, exitCodes.transaction, /TooFewVotes.*votes=0, threshold=1000000/)
    assert.equal(await pips.node.ask('pars_getNonce', pips.accounts[dave], '0x0', 'latest'), paid)
    const missing = await pips.run('show', '77', ...pips.at)
    assertRefused(missing, exitCodes.transaction, /NODE_PIP_UNKNOWN/)
    const nothing = await pips.run('simulate', 'larger', ...pips.at)
    assertRefused(nothing, exitCodes.usage, /Give the number of a PIP/)
    const two = await pips.run('vote', '42', '--for', '--against', ...pips.from(bob))
    assertRefused(two, exitCodes.usage, /NODE_USAGE/)

    const ballot = JSON.parse(readFileSync(bench.path('ballot.json'), 'utf8')) as object
    const foreign = { ...ballot, networkId: `0x${'ab'.repeat(32)}` }
    writeFileSync(bench.path('foreign.json'), JSON.stringify(foreign))
    const brought = await pips.run('relay', bench.path('foreign.json'), ...pips.from(dave))
    assertRefused(brought, exitCodes.transaction, /NODE_BALLOT_NETWORK/)
    const registered = await bench.run('account', 'register', ...pips.keyOf(carol))
    assert.equal(registered.code, 0, registered.stderr)
    const rotated = { ...ballot, keyHash: `0x${'ab'.repeat(32)}` }
    writeFileSync(bench.path('rotated.json'), JSON.stringify(rotated))
    const stale = await pips.run('relay', bench.path('rotated.json'), ...pips.from(dave))
    assertRefused(stale, exitCodes.transaction, /NODE_BALLOT_KEY/)
    writeFileSync(bench.path('broken.json'), '{}')
    const broken = await pips.run('relay', bench.path('broken.json'), ...pips.from(dave))
    assertRefused(broken, exitCodes.usage, /NODE_SIGNED_REQUEST/)
  })
})
