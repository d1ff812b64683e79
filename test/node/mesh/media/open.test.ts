import assert from 'node:assert/strict'

import { Fault, silent } from '#base'
import { type MediumFacts, NetworkKey } from '#mesh'

import { systemClock } from '../../../../node/clock.ts'
import { type MediumRecord, openMedium } from '../../../../node/mesh/media/index.ts'
import { systemRandom } from '../../../../node/random.ts'

const ports = { clock: systemClock, random: systemRandom, log: silent }

describe('a medium in one line of configuration', () => {
  it('has its kind, a name and what is known of it', () => {
    const lines: readonly (readonly [string, string, Partial<MediumFacts>])[] = [
      ['tcp://192.0.2.1:6134', 'tcp', { mtu: 65_535, isBroadcast: false }],
      [
        'tcp://[2001:db8::1]:6134?bps=5000&latency=100',
        'tcp',
        { bitsPerSecond: 5000, latency: 100 },
      ],
      ['tcp-listen://0.0.0.0:6134', 'tcp', {}],
      ['udp://192.0.2.1:1,192.0.2.2:2?listen=0.0.0.0:6134&mtu=500', 'udp', { mtu: 500 }],
      ['lan://', 'lan', { mtu: 1200 }],
      ['lan://eth0?family=6', 'lan', {}],
      ['pipe:ssh village "pars mesh stdio?"', 'pipe', {}],
      ['drop:/media/usb/pars', 'drop', { isBroadcast: true }],
      ['serial:/dev/ttyUSB0?baud=57600', 'serial', { bitsPerSecond: 46_080 }],
      ['kiss:/dev/ttyUSB0?frame=120&bps=1200', 'kiss', { mtu: 238, isHalfDuplex: true }],
      [
        'rnode:/dev/ttyACM0?frequency=868100000&spreadingFactor=7&dutyCycle=0.01&mode=roaming',
        'rnode',
        { mtu: 508, dutyCycle: 0.01, mode: 'roaming', isBroadcast: true, isHalfDuplex: true },
      ],
    ]
    for (const [line, kind, facts] of lines) {
      const medium = openMedium(line, ports)
      assert.equal(medium.kind, kind, line)
      for (const [name, value] of Object.entries(facts)) {
        assert.equal(medium.facts[name as keyof MediumFacts], value, `${line} ${name}`)
      }
    }
    assert.equal(openMedium('tcp://192.0.2.1:6134?bps=1', ports).name, 'tcp://192.0.2.1:6134')
    assert.equal(openMedium('lan://?name=home', ports).name, 'home')
  })

  it('says the same as a table', () => {
    const table: MediumRecord = { kind: 'tcp', host: '192.0.2.1', port: 6134, halfDuplex: true }
    const line = openMedium('tcp://192.0.2.1:6134?halfDuplex=true', ports)
    assert.deepEqual(openMedium(table, ports).facts, line.facts)
    assert.equal(openMedium(table, ports).name, line.name)
  })

  it('computes what a LoRa radio carries from its settings', () => {
    const [fast = 0, slow = 0] = [7, 12].map((spreadingFactor) => {
      const line = `rnode:/dev/x?frequency=868100000&spreadingFactor=${spreadingFactor}`
      return openMedium(line, ports).facts.bitsPerSecond
    })
    assert.ok(fast > 4_900 && fast < 5_105)
    assert.ok(slow > 210 && slow < 226)
  })

  it('is masked where there is a network', () => {
    const network = NetworkKey.open('village')
    assert.equal(
      openMedium('rnode:/dev/x?frequency=868100000', { ...ports, network }).facts.mtu,
      500,
    )
  })

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /kind/],
    ['smoke:signals', /kind.*tcp.*rnode/],
    ['tcp://192.0.2.1', /port/],
    ['tcp://192.0.2.1:0', /port/],
    ['tcp://192.0.2.1:65536', /port/],
    ['tcp://a b:1', /port/],
    ['tcp://192.0.2.1:1?bps=fast', /bps/],
    ['tcp://192.0.2.1:1?bps=0', /bps/],
    ['tcp://192.0.2.1:1?mtu=218', /mtu/],
    ['tcp://192.0.2.1:1?speed=9', /speed/],
    ['tcp://192.0.2.1:1?halfDuplex=perhaps', /halfDuplex/],
    ['udp://192.0.2.1', /peers.*192\.0\.2\.1 is no host:port/],
    ['udp://192.0.2.1:1?listen=nowhere', /listen/],
    ['lan://eth0?family=5', /family/],
    ['pipe:', /command/],
    ['drop:', /folder/],
    ['kiss:/dev/x?frame=50', /frame/],
    ['rnode:/dev/x', /frequency/],
    ['rnode:/dev/x?frequency=868100000&spreadingFactor=13', /spreadingFactor/],
    ['rnode:/dev/x?frequency=868100000&dutyCycle=2', /dutyCycle/],
    ['libp2p://peer', /no network of validators/],
  ]

  for (const [line, reason] of wrong) {
    it(`is refused: ${line}`, () => {
      assert.throws(
        () => openMedium(line, ports),
        (error) => {
          assert.ok(error instanceof Fault && error.code === 'MESH_MEDIUM')
          assert.match(error.message, reason)
          return true
        },
      )
    })
  }
})
