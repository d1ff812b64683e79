import assert from 'node:assert/strict'

import { limits } from '../../network/limits.ts'
import { Admission, networkOf } from '../../network/transport/admission.ts'
import { ManualClock } from '../manual-clock.ts'

const friend = '192.0.2.1'
/** Two peers of the committee at one address. */
const reservedAt = { reserved: 2, reservedAt: (host: string) => (host === friend ? 2 : 0) }

function isMember(host: string): number {
  return Number(host.startsWith('192.0.'))
}

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
    clock = new ManualClock(1_000_000)
    admission = new Admission(clock, reservedAt)
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

  it('lets so many a second in from one reserved host', () => {
    for (let index = 0; index < limits.acceptRatePerReserved.value; index++) {
      assert.equal(refusal(admission, friend), undefined)
    }
    assert.equal(refusal(admission, friend), 'network')
    clock.advance(1_000)
    assert.equal(refusal(admission, friend), undefined)
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

  it('holds few connections from one address, of members no matter how many', () => {
    const held = Array.from({ length: limits.connectionsPerAddress.value }, () =>
      admission.hold('10.0.0.1'),
    )
    assert.equal(refusal(admission, '10.0.0.1'), 'address')
    assert.equal(refusal(admission, '10.0.0.2'), undefined)
    held[0]?.release()
    assert.equal(refusal(admission, '10.0.0.1'), undefined)
    const { value } = limits.connectionsPerAddress
    for (let index = 0; index < 20; index++) admission.hold(friend).promote()
    for (let index = 0; index < value + 4; index++) {
      assert.equal(refusal(admission, friend), undefined)
      admission.hold(friend)
    }
    assert.equal(
      refusal(admission, friend),
      'address',
      'who lives with a member is a stranger still',
    )
  })

  it('keeps the places of the committee from strangers, and theirs from it', () => {
    const { connections, reservedConnections } = limits
    const held = Array.from({ length: connections.value }, (_, index) =>
      admission.hold(`10.1.${index}.1`),
    )
    assert.equal(refusal(admission, '10.2.0.1'), 'connections')
    for (let index = 0; index < reservedConnections.value; index++) {
      clock.advance(100)
      assert.equal(refusal(admission, friend), undefined)
      admission.hold(friend).promote()
    }
    assert.equal(refusal(admission, friend), 'connections')
    held[0]?.release()
    assert.equal(refusal(admission, '10.2.0.1'), undefined)
  })

  it('lets every member of the largest committee in, with all strangers there that there can be', () => {
    const members = limits.members.value
    const full = new Admission(clock, { reserved: members, reservedAt: isMember })
    for (let index = 0; index < limits.connections.value; index++) full.hold(`10.1.${index}.1`)
    for (let index = 0; index < members; index++) {
      const host = `192.0.${index}.1`
      assert.equal(refusal(full, host), undefined)
      full.hold(host).promote()
    }
  })

  it('keeps trial places free of strangers: a member may come from an address that nobody knows', () => {
    const { connections, trialConnections } = limits
    const most = connections.value - trialConnections.value
    for (let index = 0; index < most; index++) {
      assert.ok(admission.hold(`10.1.${index}.1`).settle())
    }
    assert.equal(refusal(admission, '10.2.0.1'), undefined)
    const stranger = admission.hold('10.2.0.1')
    assert.equal(stranger.settle(), false)
    stranger.release()
    assert.equal(refusal(admission, '10.3.0.1'), undefined)
    const member = admission.hold('10.3.0.1')
    member.promote()
    member.release()
    member.release()
    assert.equal(refusal(admission, '10.3.0.1'), undefined)
  })

  it('counts who lives with a member as a stranger once it has said who it is', () => {
    const { connections, trialConnections } = limits
    for (let index = 0; index < connections.value - trialConnections.value; index++) {
      assert.ok(admission.hold(`10.1.${index}.1`).settle())
    }
    assert.equal(admission.hold(friend).settle(), false)
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
