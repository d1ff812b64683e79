import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { decodeFunctionData } from 'viem'

import { type Hex, isFault, unhex } from '#base'
import { parsGovernor } from '#contracts'
import { encodeActions, namedContracts, parsePip } from '#governance'

import { numberOf, timeText, votesText } from '../../node/commands/pip/arguments.ts'
import { callText, differencesOf } from '../../node/governance/actions.ts'
import { type Ballot, ballotCall, ballotIn, voteCall } from '../../node/governance/ballots.ts'
import { lintFile, soundFile } from '../../node/governance/files.ts'
import { frontMatter, sampleBytes } from '../governance/sample.ts'

const { number, title, type } = frontMatter
const line = 'ChainParams.set ["block.gasLimit", 40000000]'
const content = sampleBytes({}, ['', '```actions', line, '```'])
const calls = encodeActions(parsePip(content).actions, namedContracts)
const withText = (some: typeof calls) => some.map((call) => ({ ...call, text: undefined }))

describe('the text of a PIP beside what it does', () => {
  it('is the same where the registry has what the text names', () => {
    assert.deepEqual(differencesOf({ number, title, type, actions: withText(calls) }, content), [])
    assert.deepEqual(calls.map(callText), [line])
  })

  it('differs by a call more, less or other, by number, by title, by type, or by being no PIP', () => {
    const other = { ...calls[0]!, data: unhex('0x12345678') }
    const same = withText(calls)
    const more = withText([...calls, other])
    const address = '0x0000000000000000000000000000000000000620'
    const said = [
      [
        { number, title, type, actions: more },
        `action 2: the text says nothing, the registry has ${address} 0x12345678`,
      ],
      [
        { number, title, type, actions: [] },
        `action 1: the text says ${line}, the registry has nothing`,
      ],
      [{ number: 43, title, type, actions: same }, 'the text is that of PIP-42'],
      [{ number, title: 'Other', type, actions: same }, `the text has the title ${title}`],
      [{ number, title, type: 'Treasury', actions: same }, `the text is of type ${type}`],
    ] as const
    for (const [pip, difference] of said)
      assert.deepEqual(differencesOf(pip, content), [difference])
    const unreadable = differencesOf({ number, title, type, actions: [] }, new Uint8Array([0xff]))
    assert.match(unreadable.join(), /GOVERNANCE_PIP_INVALID/)
  })
})

function named({ data }: { readonly data: Hex }) {
  return decodeFunctionData({ abi: parsGovernor.abi, data })
}

describe('a ballot', () => {
  const ballot: Ballot = {
    number: 42,
    networkId: `0x${'11'.repeat(32)}`,
    voter: `0x${'22'.repeat(20)}`,
    keyHash: `0x${'33'.repeat(32)}`,
    proposalId: 2n ** 255n,
    support: 'against',
    reason: '',
    isOverride: false,
    signature: '0x99',
  }
  it('is brought by the function that it was signed for', () => {
    assert.deepEqual(named(ballotCall(ballot)), {
      functionName: 'castVoteByPQSig',
      args: [2n ** 255n, 0, ballot.voter, '0x99'],
    })
    const spoken = named(ballotCall({ ...ballot, support: 'abstain', reason: 'both' }))
    assert.equal(spoken.functionName, 'castVoteWithReasonAndParamsBySig')
    assert.deepEqual(spoken.args, [2n ** 255n, 2, ballot.voter, 'both', '0x', '0x99'])
    const own = named(ballotCall({ ...ballot, support: 'for', isOverride: true, reason: 'mine' }))
    assert.equal(own.functionName, 'castOverrideVoteBySig')
    assert.deepEqual(own.args, [2n ** 255n, 1, ballot.voter, 'mine', '0x99'])
  })

  it('is cast by the voter with the same meaning', () => {
    assert.equal(named(voteCall(ballot)).functionName, 'castVote')
    assert.deepEqual(named(voteCall({ ...ballot, reason: 'no' })).args, [2n ** 255n, 0, 'no'])
    const own = named(voteCall({ ...ballot, isOverride: true }))
    assert.deepEqual([own.functionName, own.args], ['castOverrideVote', [2n ** 255n, 0, '']])
  })

  it('is read from what was printed, and from nothing else', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-ballot-'))
    const file = path.join(folder, 'ballot.json')
    const printed = { ...ballot, proposalId: ballot.proposalId.toString() }
    const wrong = [
      '{',
      '{}',
      'null',
      JSON.stringify({ ...printed, support: 'maybe' }),
      JSON.stringify({ ...printed, proposalId: '-1' }),
      JSON.stringify({ ...printed, voter: '0x22' }),
      JSON.stringify({ ...printed, keyHash: '0x33' }),
      JSON.stringify({ ...printed, isOverride: 'no' }),
    ]
    try {
      writeFileSync(file, JSON.stringify(printed))
      assert.deepEqual(await ballotIn(file), ballot)
      for (const text of wrong) {
        writeFileSync(file, text)
        await assert.rejects(ballotIn(file), (error) => isFault(error, 'NODE_SIGNED_REQUEST'), text)
      }
      await assert.rejects(ballotIn(folder), (error) => isFault(error, 'NODE_SIGNED_REQUEST'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the file of a PIP', () => {
  const pips = path.join(import.meta.dirname, '../../PIPs')

  it('is held against the PIPs of its folder, and a folder of PIPs alone', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pars-pips-'))
    const file = path.join(folder, 'pip-0042-larger-blocks.md')
    try {
      writeFileSync(file, sampleBytes({ requires: [9_998] }))
      assert.deepEqual((await lintFile(file)).findings, [])
      writeFileSync(path.join(folder, 'pip-0000-template.md'), '')
      assert.deepEqual(
        (await lintFile(file)).findings.map(({ message }) => message),
        ['there is no PIP 9998'],
      )
      await assert.rejects(soundFile(file), (error) => isFault(error, 'NODE_PIP_LINT'))
    } finally {
      rmSync(folder, { recursive: true })
    }
    await assert.rejects(lintFile(path.join(pips, 'none.md')), (error) => {
      return isFault(error, 'NODE_FILE')
    })
  })
})

describe('what the commands about PIPs read and write', () => {
  it('takes numbers of PIPs, and no others', () => {
    assert.deepEqual(['42', '0042', 'PIP-42', '90001'].map(numberOf), [42, 42, 42, 90_001])
    for (const text of ['0', '1000000000', '-1', 'four', '4.2', ''])
      assert.throws(() => numberOf(text))
  })

  it('tells times with how far away they are, and votes with four decimals', () => {
    assert.equal(timeText(90_061, 0n), '1970-01-02 01:01:01 UTC, in 1 d 1 h')
    assert.equal(timeText(0, 75n), '1970-01-01 00:00:00 UTC, 1 min 15 s ago')
    assert.equal(timeText(60, 60n), '1970-01-01 00:01:00 UTC, now')
    const votes = [10n ** 18n, 15n * 10n ** 17n, 999_912_038_400_000_000n, 0n]
    assert.deepEqual(votes.map(votesText), ['1', '1.5', '0.9999', '0'])
  })
})
