import assert from 'node:assert/strict'

import { Fault } from '#base'

import { errorObject, isInternal, RpcFault } from '../../rpc/errors.ts'

describe('rpc errors', () => {
  it('number what rpc refuses itself and show its words alone', () => {
    const fault = new RpcFault({ code: 'RPC_BLOCK_UNKNOWN', block: '0x5' }, 'header not found')
    assert.deepEqual(errorObject(fault), {
      code: -32000,
      message: 'header not found',
      data: { code: 'RPC_BLOCK_UNKNOWN', block: '0x5' },
    })
  })

  it('reject transactions with -32003, their facts, and words that tools know', () => {
    const cases = [
      [
        new Fault({ code: 'TX_NONCE_TOO_LOW', next: 2n, nonce: 1n }, 'nonce too low: used'),
        /nonce too low/,
      ],
      [new Fault({ code: 'TX_UNFUNDED', balance: 0n }, 'fund it'), /^insufficient funds for gas/],
      [new Fault({ code: 'TX_GAS_LIMIT', required: 1n }, 'raise it'), /^intrinsic gas too low/],
      [new Fault({ code: 'POOL_UNDERPRICED' }), /^replacement transaction underpriced/],
      [
        new Fault({ code: 'TX_SOMETHING_NEW', height: 1n }, 'the cure'),
        /^the cure \[TX_SOMETHING_NEW \(height=1\)\]$/,
      ],
      [
        new Fault({ code: 'TX_NONCE_GAP', next: 2n }, 'nonce too high: send the others before'),
        /^nonce too high: send the others before \[TX_NONCE_GAP \(next=2\)\]$/,
      ],
      [new Fault({ code: 'POOL_SOMETHING_NEW' }), /POOL_SOMETHING_NEW/],
    ] as const
    for (const [fault, words] of cases) {
      const { code, message, data } = errorObject(fault)
      assert.equal(code, -32003)
      assert.match(message, words)
      assert.equal((data as { code: string }).code, fault.code)
    }
    const { message } = errorObject(cases[0][0])
    assert.equal(message.match(/nonce too low/g)?.length, 1)
  })

  it('say in the words of Ethereum what no read answers', () => {
    const cases = [
      ['READ_LOG_RANGE', -32602, /^exceed maximum block range/],
      ['READ_LOGS_TOO_LARGE', -32602, /^query returned more data than allowed/],
      ['READ_TOO_MANY_LOGS', -32602, /^query returned more results than allowed/],
      ['READ_PERCENTILES', -32602, /READ_PERCENTILES/],
      ['READ_KEY_FOREIGN', -32602, /READ_KEY_FOREIGN/],
      ['READ_FEE_TOO_LOW', -32000, /^max fee per gas less than block base fee/],
    ] as const
    for (const [code, number, words] of cases) {
      const answer = errorObject(new Fault({ code }))
      assert.equal(answer.code, number)
      assert.match(answer.message, words)
    }
  })

  it('begin with what the node says, and have the facts beside it', () => {
    const fault = new Fault(
      { code: 'READ_SIMULATION_TIME', time: 1n, parent: 540n },
      'block timestamps must be in order: 1 <= 540',
    )
    assert.deepEqual(errorObject(fault), {
      code: -38021,
      message: 'block timestamps must be in order: 1 <= 540',
      data: { code: 'READ_SIMULATION_TIME', time: '1', parent: '540' },
    })
  })

  it('tell a client to come back when the node is busy, and what is pruned', () => {
    assert.equal(errorObject(new Fault({ code: 'POOL_BUSY' })).code, -32005)
    assert.equal(errorObject(new Fault({ code: 'READ_BUSY' })).code, -32005)
    const pruned = errorObject(new Fault({ code: 'STATE_PRUNED', height: 1n, oldest: 9n }))
    assert.equal(pruned.code, 4444)
    assert.deepEqual(pruned.data, { code: 'STATE_PRUNED', height: '1', oldest: '9' })
  })

  it('are valid JSON whatever the facts are', () => {
    const facts = { code: 'TX_X', big: 1n, bytes: Uint8Array.of(1), text: 'ü' }
    assert.deepEqual(JSON.parse(JSON.stringify(errorObject(new Fault(facts)).data)), {
      code: 'TX_X',
      big: '1',
      bytes: '0x01',
      text: 'ü',
    })
  })

  it('hide everything else', () => {
    for (const error of [
      new Error('/home/someone'),
      new Fault({ code: 'STORE_CORRUPT', path: '/home/someone' }),
      new Fault({ code: 'constructor', path: '/home/someone' }),
      'text /home/someone',
      undefined,
    ]) {
      assert.doesNotMatch(JSON.stringify(errorObject(error)), /home/)
      assert.equal(isInternal(error), true)
    }
  })
})
