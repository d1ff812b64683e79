import assert from 'node:assert/strict'

import { limits } from '../../mesh/limits.ts'
import { Admission, networkOf } from '../../mesh/transport/admission.ts'
import { ManualClock } from './manual-clock.ts'

const friend = '192.0.2.1'

function refusal(admission: Admission, host: string): string | undefined {
  try {
    admission.enter(host).release()
    return undefined
  } catch (error) {
    return (error as { facts: { refusal: string } }).facts.refusal
  }
}

describe('admission', () => {
  let clock: ManualClock
  let admission: Admission

  beforeEach(() => {
    clock = new ManualClock()
    admission = new Admission(clock, (host) => host === friend)
  })

  it('lets ten a second in from one /24, whichever addresses they use', () => {
    const { value } = limits.acceptRatePerNetwork
    for (let index = 0; index < value; index++) {
      assert.equal(refusal(admission, `198.51.100.${index}`), undefined)
    }
    assert.equal(refusal(admission, '198.51.100.200'), 'network')
    assert.equal(refusal(admission, '198.51.101.1'), undefined)
    clock.advance(100)
    assert.equal(refusal(admission, '198.51.100.200'), undefined)
    assert.equal(refusal(admission, '198.51.100.201'), 'network')
  })

  it('lets fifty a second in from everywhere', () => {
    for (let index = 0; index < limits.acceptRate.value; index++) {
      assert.equal(refusal(admission, `10.${index}.0.1`), undefined)
    }
    assert.equal(refusal(admission, '10.200.0.1'), 'rate')
    clock.advance(1_000)
    assert.equal(refusal(admission, '10.200.0.1'), undefined)
  })

  it('keeps half of the handshakes for reserved hosts', () => {
    const places = []
    for (let index = 0; index < 16; index++) places.push(admission.enter(`10.${index}.0.1`))
    assert.equal(refusal(admission, '10.100.0.1'), 'handshakes')
    for (let index = 0; index < 16; index++) places.push(admission.enter(friend))
    assert.equal(refusal(admission, friend), 'handshakes')
    assert.equal(admission.handshakes, limits.handshakes.value)
    for (const place of places) {
      place.release()
      place.release()
    }
    assert.equal(admission.handshakes, 0)
    assert.equal(refusal(admission, '10.101.0.1'), undefined)
  })

  it('holds few connections from one address, and any number from a reserved one', () => {
    const held = Array.from({ length: limits.connectionsPerAddress.value }, () =>
      admission.hold('10.0.0.1'),
    )
    assert.equal(refusal(admission, '10.0.0.1'), 'address')
    assert.equal(refusal(admission, '10.0.0.2'), undefined)
    held[0]?.release()
    assert.equal(refusal(admission, '10.0.0.1'), undefined)
    for (let index = 0; index < 40; index++) admission.hold(friend)
    assert.equal(refusal(admission, friend), undefined)
  })

  it('keeps half of the connections for reserved hosts', () => {
    const { connections, reservedConnections } = limits
    for (let index = 0; index < connections.value - reservedConnections.value; index++) {
      admission.hold(`10.1.${index}.1`)
    }
    assert.equal(refusal(admission, '10.2.0.1'), 'connections')
    assert.equal(refusal(admission, friend), undefined)
    for (let index = 0; index < reservedConnections.value; index++) admission.hold(friend)
    assert.equal(refusal(admission, friend), 'connections')
  })

  it('remembers a bounded number of networks', () => {
    for (let index = 0; index < 3 * limits.networks.value; index++) {
      clock.advance(20)
      const host = `${10 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1`
      assert.equal(refusal(admission, host), undefined)
    }
  })
})

describe('the network of an address', () => {
  const networks: readonly (readonly [string, string])[] = [
    ['198.51.100.7', '198.51.100'],
    ['::ffff:198.51.100.7', '198.51.100'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1'],
    ['2001:0db8:0001::6', '2001:db8:1'],
    ['2001:db8::1', '2001:db8:0'],
    ['::1', '0:0:0'],
    ['fe80::', 'fe80:0:0'],
  ]
  for (const [host, network] of networks) {
    it(`${host} is ${network}`, () => assert.equal(networkOf(host), network))
  }
})
