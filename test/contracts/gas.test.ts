import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { systemContracts } from '#contracts'
import { algorithms, authenticationGas } from '#protocol'

import type { Row } from './gas/meter.ts'
import { measured, withGas } from './gas/table.ts'

/** What changes state and is not in the table, with the reason. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  'answers a token that was sent': [
    'onERC721Received',
    'onERC1155Received',
    'onERC1155BatchReceived',
  ],
  'another contract of the genesis calls it within what is measured': [
    'PIPRegistry.onExecuted',
    'PIPRegistry.upgradeScheduled',
    'ParsGovernor.propose',
    'ParsTimelock.scheduleBatch',
    'PQAccount.initialize',
  ],
  'the system calls it at the start of a block, which nobody pays for': ['UpgradeSchedule.advance'],
  'a ballot by another name, or with more words': [
    'ParsGovernor.castVoteBySig',
    'ParsGovernor.castVoteWithReasonAndParams',
    'ParsGovernor.castVoteWithReasonAndParamsBySig',
    'ParsGovernor.castOverrideVoteBySig',
  ],
  'nobody has the role for it, or it is refused always': [
    'ParsGovernor.relay',
    'ParsTimelock.cancel',
    'ParsTimelock.execute',
    'ParsTimelock.schedule',
    'ParsTimelock.grantRole',
    'ParsTimelock.renounceRole',
    'ParsTimelock.revokeRole',
  ],
}

describe('docs/GAS.md', function () {
  this.timeout(60_000)
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/GAS.md'), 'utf8')
  let rows: readonly Row[]
  before(async () => {
    rows = await measured()
  })

  it('has what calls take now', () => {
    assert.equal(page, withGas(page, rows), 'npm run gas brings the tables up to date')
  })

  it('leaves out no function that changes state', () => {
    const told = new Set(rows.map(({ contract, call }) => `${contract}.${call.replace(' °', '')}`))
    const excused = new Set(Object.values(leftOut).flat())
    const silent = systemContracts.flatMap(({ contractName, abi }) =>
      abi.flatMap((entry) => {
        if (entry.type !== 'function') return []
        if (entry.stateMutability === 'view' || entry.stateMutability === 'pure') return []
        const name = `${contractName}.${entry.name}`
        return told.has(name) || excused.has(name) || excused.has(entry.name) ? [] : [name]
      }),
    )
    assert.deepEqual(silent, [])
    assert.deepEqual(excused.intersection(told), new Set())
  })

  it('says what of it is the sender’s', () => {
    const { publicKeyBytes } = algorithms[0x65]
    for (const bytes of [publicKeyBytes, 32]) {
      const gas = 21_000n + authenticationGas(0x65, bytes)
      assert.ok(page.includes(gas.toLocaleString('en-US')), `${gas}`)
    }
  })
})
