import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { encodeAbiParameters, encodeErrorResult, encodeEventTopics, parseAbiParameters } from 'viem'

import { type Hex, isFault, unhex } from '#base'
import { chainParams, parsGovernor, pipRegistry, systemContracts } from '#contracts'

import { argumentsOf, decoded, errorIn, plainValue } from '../../node/governance/abi.ts'
import { registry } from '../../node/governance/contracts.ts'
import { slots } from '../../node/governance/simulation.ts'
import { revertData, SystemContract } from '../../node/governance/system.ts'
import { refusing } from './governance-asker.ts'

const artifacts = path.join(import.meta.dirname, '../../contracts/artifacts')

describe('what contracts of the genesis say', () => {
  it('is read by names, structs and lists of them too', () => {
    const components = [
      { name: 'id', type: 'uint256' },
      { name: 'name', type: 'string' },
    ]
    const parameters = [{ name: 'all', type: 'tuple[]', components }]
    const type = parseAbiParameters('(uint256 id, string name)[]')
    const data = encodeAbiParameters(type, [[{ id: 7n, name: 'seven' }]])
    assert.deepEqual(decoded(parameters, unhex(data)), [[{ id: 7n, name: 'seven' }]])
    assert.equal(decoded(parameters, unhex(`${data}00`)), undefined)
    assert.deepEqual(plainValue([{ id: 7n }, true]), [{ id: '7' }, true])
  })

  it('is read though a stranger’s text is no UTF-8', () => {
    const data = encodeAbiParameters(parseAbiParameters('bytes, uint256'), ['0xff41', 1n])
    const parameters = [
      { name: 'title', type: 'string' },
      { name: 'size', type: 'uint256' },
    ]
    assert.deepEqual(decoded(parameters, unhex(data)), ['\uFFFDA', 1n])
  })

  it('is an error of whichever contract refused', () => {
    const args = [42n, 3] as const
    const data = encodeErrorResult({ abi: pipRegistry.abi, errorName: 'UnexpectedStatus', args })
    assert.deepEqual(errorIn(unhex(data), systemContracts), {
      contract: 'PIPRegistry',
      name: 'UnexpectedStatus',
      facts: { number: 42n, status: 3n },
    })
    assert.equal(errorIn(unhex('0x12345678'), systemContracts), undefined)
  })

  it('is an event with its arguments in their order, indexed or not', () => {
    const key: Hex = `0x${'61'.padEnd(64, '0')}`
    const event = chainParams.abi.find(({ type }) => type === 'event')!
    const [first, second] = encodeEventTopics({
      abi: chainParams.abi,
      eventName: 'ParameterSet',
      args: { key },
    })
    const log = {
      address: chainParams.address,
      topics: [unhex(first), unhex(second as Hex)],
      data: unhex(encodeAbiParameters(parseAbiParameters('uint256, uint256'), [1n, 2n])),
    }
    assert.deepEqual(argumentsOf(event, log), { key, before: 1n, value: 2n })
    const other = parsGovernor.abi.find(({ type }) => type === 'event')!
    assert.equal(argumentsOf(other, log), undefined)
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

describe('the simulation of a PIP', () => {
  it('writes into the slots that the compiler gave the variables', () => {
    const places = [
      ['ParsTimelock', '_timestamps', slots.timelockTimestamps],
      ['ParsGovernor', '_proposalOf', slots.governorProposalOf],
      ['PIPRegistry', '_numberOf', slots.registryNumberOf],
    ] as const
    for (const [contract, variable, slot] of places) {
      const file = path.join(artifacts, `${contract}.json`)
      const { storage } = JSON.parse(readFileSync(file, 'utf8')) as { storage: string[] }
      const line = storage.find((one) => one.includes(` ${variable}: t_mapping(`))
      assert.equal(line?.split('+')[0], slot.toString(), variable)
    }
  })
})
