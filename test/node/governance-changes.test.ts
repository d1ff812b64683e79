import assert from 'node:assert/strict'

import type { Hex } from '#base'
import { chainParams, treasury } from '#contracts'

import { changesOf } from '../../node/governance/state-changes.ts'
import type { RpcAsker } from '../../node/rpc-client.ts'
import { refusing } from './governance-asker.ts'

const slot = (digit: string): Hex => `0x${digit.repeat(64)}`
const [member, created] = [`0x${'52'.repeat(20)}`, `0x${'53'.repeat(20)}`] as const

/** A node whose tracer says `diff`. */
function tracing(diff: object): RpcAsker {
  return { ask: <Result>() => Promise.resolve(diff as Result) }
}

const unsent = {
  call: { from: member, to: member, data: '0x' },
  stateOverrides: { [chainParams.address]: { stateDiff: { [slot('1')]: slot('2') } } },
} as const

describe('the changes of a simulated PIP', () => {
  it('are balances, new code, and slots but for those that were given', async () => {
    const diff = {
      pre: {
        [chainParams.address]: { storage: { [slot('1')]: slot('2'), [slot('3')]: slot('4') } },
        [treasury.address]: { balance: '0xa', storage: { [slot('5')]: slot('6') } },
        [member]: { balance: '0x0', nonce: 1 },
      },
      post: {
        [chainParams.address]: { storage: { [slot('1')]: slot('7'), [slot('3')]: slot('8') } },
        [treasury.address]: { balance: '0x8' },
        [member]: { nonce: 2 },
        [created]: { balance: '0x2', code: '0x00' },
      },
    }
    assert.deepEqual(await changesOf(tracing(diff), unsent, 1n), [
      {
        account: 'ChainParams',
        balance: undefined,
        isDeployed: false,
        storage: [{ slot: slot('3'), before: slot('4'), after: slot('8') }],
      },
      {
        account: 'Treasury',
        balance: [10n, 8n],
        isDeployed: false,
        storage: [{ slot: slot('5'), before: slot('6'), after: slot('0') }],
      },
      { account: created, balance: [0n, 2n], isDeployed: true, storage: [] },
    ])
  })

  it('are not known where the node offers no traces', async () => {
    assert.equal(await changesOf(refusing('0x'), unsent, 1n), undefined)
  })
})
