import assert from 'node:assert/strict'

import { encodeAbiParameters, encodeErrorResult, encodeEventTopics, parseAbiParameters } from 'viem'

import { type Hex, unhex } from '#base'
import { chainParams, parsGovernor, pipRegistry } from '#contracts'
import { decodeValues, readError, readEventAs } from '#governance'

describe('what contracts return and emit', () => {
  it('is read by names, structs and lists of them too', () => {
    const components = [
      { name: 'id', type: 'uint256' },
      { name: 'name', type: 'string' },
    ]
    const parameters = [{ name: 'all', type: 'tuple[]', components }]
    const type = parseAbiParameters('(uint256 id, string name)[]')
    const data = encodeAbiParameters(type, [[{ id: 7n, name: 'seven' }]])
    assert.deepEqual(decodeValues(parameters, unhex(data)), [[{ id: 7n, name: 'seven' }]])
    assert.equal(decodeValues(parameters, unhex(`${data}00`)), undefined)
  })

  it('is read though a stranger’s text is no UTF-8', () => {
    const data = encodeAbiParameters(parseAbiParameters('bytes, uint256'), ['0xff41', 1n])
    const parameters = [
      { name: 'title', type: 'string' },
      { name: 'size', type: 'uint256' },
    ]
    assert.deepEqual(decodeValues(parameters, unhex(data)), ['\uFFFDA', 1n])
  })

  it('is an error of whichever contract refused', () => {
    const args = [42n, 3] as const
    const data = encodeErrorResult({ abi: pipRegistry.abi, errorName: 'UnexpectedStatus', args })
    assert.deepEqual(readError(unhex(data)), {
      contract: 'PIPRegistry',
      name: 'UnexpectedStatus',
      args: { number: 42n, status: 3n },
      text: 'UnexpectedStatus(number: 42, status: 3)',
    })
    assert.equal(readError(unhex('0x12345678')), undefined)
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
    assert.deepEqual(readEventAs(event, log)?.args, { key, before: 1n, value: 2n })
    const other = parsGovernor.abi.find(({ type }) => type === 'event')!
    assert.equal(readEventAs(other, log), undefined)
  })
})
