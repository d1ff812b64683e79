import assert from 'node:assert/strict'

import * as fc from 'fast-check'

import { concat } from '#base'
import {
  loraAirtime,
  loraBitsPerSecond,
  type LoraParameters,
  rnode,
  rnodeDetection,
  rnodeReader,
  rnodeSettings,
  type RnodeWord,
} from '#mesh'

import { encodeKiss } from '../../../mesh/framing/kiss.ts'

const radio: LoraParameters = {
  frequency: 868_100_000,
  bandwidth: 125_000,
  spreadingFactor: 7,
  codingRate: 5,
  transmitPower: 14,
}

describe('RNode', () => {
  it('is asked whether it is one, then set and turned on', () => {
    assert.equal(rnodeDetection.toHex(), 'c00873c0')
    const settings = [
      'c00600c0',
      'c00133be27a0c0',
      'c0020001e848c0',
      'c0030ec0',
      'c00407c0',
      'c00505c0',
      'c00601c0',
    ]
    assert.equal(rnodeSettings(radio).toHex(), settings.join(''))
  })

  it('is understood: detection, settings, state, errors, cells with their signal', () => {
    const words: RnodeWord[] = []
    const cells: [string, number | undefined][] = []
    const reader = rnodeReader(
      508,
      (cell, { signal }) => void cells.push([cell.toHex(), signal]),
      (word) => void words.push(word),
    )
    reader.push(
      concat(
        encodeKiss(0x08, Uint8Array.of(0x46)),
        rnodeSettings(radio),
        encodeKiss(0x90, Uint8Array.of(2)),
        encodeKiss(0x23, Uint8Array.of(60)),
        encodeKiss(0x24, Uint8Array.of(0x80)),
        rnode(() => {}).encode(Uint8Array.of(0xc0, 0xdb)),
        rnode(() => {}).encode(Uint8Array.of(1)),
      ),
    )
    assert.deepEqual(cells, [
      ['c0db', -97],
      ['01', undefined],
    ])
    assert.deepEqual(words, [
      { is: 'detected' },
      { is: 'radio', isOn: false },
      { is: 'frequency', value: 868_100_000 },
      { is: 'bandwidth', value: 125_000 },
      { is: 'transmitPower', value: 14 },
      { is: 'spreadingFactor', value: 7 },
      { is: 'codingRate', value: 5 },
      { is: 'radio', isOn: true },
      { is: 'error', number: 2 },
    ])
  })

  it('survives whatever comes over its line', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(0xc0, 0xdb, 0xdc, 0xdd), fc.nat(0x90))
    const property = fc.property(fc.array(byte, { maxLength: 800 }), (bytes) => {
      let most = 0
      const reader = rnodeReader(
        508,
        (cell) => void (most = Math.max(most, cell.length)),
        () => {},
      )
      reader.push(Uint8Array.from(bytes))
      assert.ok(most <= 508)
    })
    fc.assert(property, { seed: 8, numRuns: 3000 })
  })
})

describe('LoRa', () => {
  it('has the airtime of the data sheet', () => {
    // 255 bytes, 8 symbols of preamble, 4/5: as Semtech's calculator has them.
    assert.ok(Math.abs(loraAirtime(255, radio, 8) - 399.616) < 0.001)
    const slowest = { ...radio, spreadingFactor: 12 }
    assert.ok(Math.abs(loraAirtime(255, slowest, 8) - 9019.392) < 0.001)
  })

  it('carries fewer bits the farther it reaches', () => {
    const rates = [7, 8, 9, 10, 11, 12].map((spreadingFactor) =>
      loraBitsPerSecond({ ...radio, spreadingFactor }),
    )
    assert.deepEqual(
      rates,
      rates.toSorted((a, b) => b - a),
    )
    const [fastest = 0, slowest = 0] = [rates[0], rates[5]]
    assert.ok(fastest > 4900 && fastest < 5105 && slowest > 210 && slowest < 226)
  })
})
