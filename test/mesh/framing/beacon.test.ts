import assert from 'node:assert/strict'
import { isIPv6 } from 'node:net'

import { beaconGroup6, decodeBeacon, encodeBeacon, NetworkKey } from '#mesh'

import { Seeded } from '../../seeded.ts'

describe('beacons', () => {
  const key = NetworkKey.open('village')
  const instance = new Seeded(1).bytes(8)
  const from = '192.0.2.7:40000'

  it('are 24 bytes that those of the network know from where they were sent', () => {
    const beacon = encodeBeacon(key, instance, from)
    assert.equal(beacon.length, 24)
    assert.deepEqual(decodeBeacon(key, beacon, from), instance)
    assert.equal(decodeBeacon(key, beacon, '192.0.2.8:40000'), undefined)
    assert.equal(decodeBeacon(key, beacon, '192.0.2.7:40001'), undefined)
    assert.equal(decodeBeacon(NetworkKey.open('town'), beacon, from), undefined)
  })

  it('are nothing once they are changed, cut or longer', () => {
    const beacon = encodeBeacon(key, instance, from)
    for (let at = 0; at < beacon.length; at++) {
      const changed = beacon.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      assert.equal(decodeBeacon(key, changed, from), undefined)
      assert.equal(decodeBeacon(key, beacon.subarray(0, at), from), undefined)
    }
    assert.equal(decodeBeacon(key, Uint8Array.of(...beacon, 0), from), undefined)
  })

  it('go by IPv6 to a group of the network alone', () => {
    const group = beaconGroup6('village')
    assert.ok(isIPv6(group) && group.startsWith('ff12:'))
    assert.notEqual(group, beaconGroup6('town'))
  })
})
