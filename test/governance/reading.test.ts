/** Readings of contracts, from answers that no contract of the genesis would give. */
import assert from 'node:assert/strict'

import { encodeErrorResult, encodeFunctionResult, keccak256, toHex, zeroHash } from 'viem'

import { type Hex, isFault, unhex } from '#base'
import { pipRegistry, vePars } from '#contracts'
import { findPip, readPipText, readVotes, standingChange } from '#governance'
import type { StateCall } from '#precompiles'

const { abi } = pipRegistry
const account: Hex = `0x${'11'.repeat(20)}`

const revision = {
  contentHash: keccak256(toHex('# One\n')),
  actions: zeroHash,
  size: 6,
  tier: 0,
  submittedAt: 1_700_000_000,
  category: 0,
  title: 'One',
  chunks: [keccak256(toHex('# One\n'))],
} as const

function pip(status: number): Hex {
  return encodeFunctionResult({
    abi,
    functionName: 'pip',
    result: {
      number: 42n,
      author: account,
      status,
      revision: 1n,
      reviewEnds: 0n,
      proposalId: 0n,
      executedAt: 0n,
      upgrades: [],
      current: revision,
    },
  })
}

/** Gives `answers` one after the other. */
function answering(...answers: readonly Hex[]): StateCall {
  const left = [...answers]
  return () => Promise.resolve({ output: unhex(left.shift() ?? '0x'), isReverted: false })
}

const reverting =
  (output: Hex): StateCall =>
  () =>
    Promise.resolve({ output: unhex(output), isReverted: true })

const refused = (code: string) => (error: unknown) => isFault(error, code)

describe('what contracts are read as', () => {
  it('is refused where a status is of a later release', async () => {
    assert.equal((await findPip(answering(pip(6)), 42))?.status, 'Withdrawn')
    await assert.rejects(findPip(answering(pip(7)), 42), refused('GOVERNANCE_STATE_UNKNOWN'))
  })

  it('is refused where it is cut short or longer than its ABI says', async () => {
    const whole = pip(0)
    for (const answer of [whole.slice(0, -64), `${whole}00`, '0x'] as Hex[]) {
      await assert.rejects(
        findPip(answering(answer), 42),
        refused('GOVERNANCE_CONTRACT_ABSENT'),
        answer.slice(-8),
      )
    }
  })

  it('is nothing for the error that means so, and a fault for any other', async () => {
    const unknown = encodeErrorResult({ abi, errorName: 'UnknownPIP', args: [42n] })
    assert.equal(await findPip(reverting(unknown), 42), undefined)
    const other = encodeErrorResult({ abi, errorName: 'NumberTaken', args: [42n] })
    await assert.rejects(findPip(reverting(other), 42), (error) => {
      assert.ok(isFault(error, 'GOVERNANCE_READ_REFUSED'))
      assert.deepEqual(
        { ...error.facts },
        {
          code: 'GOVERNANCE_READ_REFUSED',
          contract: 'PIPRegistry',
          function: 'pip',
          error: 'NumberTaken',
        },
      )
      return true
    })
    await assert.rejects(findPip(reverting('0xdeadbeef'), 42), refused('GOVERNANCE_READ_REFUSED'))
    const late = { abi: vePars.abi, errorName: 'ERC5805FutureLookup', args: [9n, 8] } as const
    await assert.rejects(
      readVotes(reverting(encodeErrorResult(late)), account, 9n),
      refused('GOVERNANCE_TIME_AHEAD'),
    )
  })

  it('is no text but the one of the hash that the registry names', async () => {
    const found = encodeFunctionResult({ abi, functionName: 'revisionOf', result: revision })
    const content = (text: string): Hex =>
      encodeFunctionResult({ abi, functionName: 'content', result: toHex(text) })
    const text = await readPipText(answering(found, content('# One\n')), 42, 1)
    assert.equal(new TextDecoder().decode(text?.content), '# One\n')
    for (const other of ['# Two\n', '# One', '']) {
      await assert.rejects(
        readPipText(answering(found, content(other)), 42, 1),
        refused('GOVERNANCE_CONTENT_MISMATCH'),
      )
    }
  })

  it('is no change of standing for logs of others that look the same', () => {
    const [withdrawn, number] = [keccak256(toHex('Withdrawn(uint256)')), toHex(42, { size: 32 })]
    const log = { topics: [unhex(withdrawn), unhex(number)], data: new Uint8Array(0) }
    const from = (address: Hex) => standingChange({ ...log, address: unhex(address) })
    assert.deepEqual(from(pipRegistry.address), { event: 'Withdrawn', number: 42 })
    assert.equal(from(account), undefined)
    assert.equal(
      standingChange({ ...log, topics: [], address: unhex(pipRegistry.address) }),
      undefined,
    )
  })
})
