import assert from 'node:assert/strict'

import { encodeErrorResult } from 'viem'

import { isFault, unhex } from '#base'
import { parsGovernor, pipRegistry } from '#contracts'

import { plainValue } from '../../node/governance/abi.ts'
import { registry } from '../../node/governance/contracts.ts'
import { revertData, SystemContract } from '../../node/governance/system.ts'
import { refusing } from './governance-asker.ts'

describe('what contracts of the genesis say', () => {
  it('is JSON with decimal texts for numbers', () => {
    assert.deepEqual(plainValue([{ id: 7n }, true]), [{ id: '7' }, true])
  })

  it('is told with what helps, and as the node told it where no contract knows the error', async () => {
    const data = encodeErrorResult({
      abi: pipRegistry.abi,
      errorName: 'UnexpectedStatus',
      args: [42n, 2],
    })
    await assert.rejects(registry.ask(refusing(data), 'statusOf', [42n]), (error) => {
      assert.ok(isFault(error, 'NODE_CONTRACT_REFUSED'))
      assert.match(error.message, /contract=PIPRegistry, error=UnexpectedStatus.*is in Voting/)
      return true
    })
    await assert.rejects(registry.ask(refusing('0x12345678'), 'statusOf', [42n]), (error) => {
      assert.ok(isFault(error, 'NODE_REFUSED'))
      assert.deepEqual(revertData(error), unhex('0x12345678'))
      return true
    })
    const names = new SystemContract(parsGovernor)
    const one = names.call('nonces(address)', [pipRegistry.address])
    const both = names.call('nonces(address,uint192)', [pipRegistry.address, 1n])
    assert.notEqual(one.data.slice(0, 10), both.data.slice(0, 10))
  })
})
