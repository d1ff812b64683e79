import assert from 'node:assert/strict'

import { Fault } from '#base'

import { hostCause } from '../../../chain/evm/host-fault.ts'

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => object
}

/** Of a module whose start function does nothing but trap. */
function trap(): unknown {
  const module = '0061736d01000000010401600000030201000801000a05010300000b'
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.fromHex(module)))
  } catch (error) {
    return error
  }
}

describe('what ended a plugin', () => {
  it('is this machine’s doing where no other machine would have met it', () => {
    for (const [error, cause] of [
      [new Fault({ code: 'STATE_MISSING_BYTES', kind: 'blob', key: '0x' }), 'state'],
      [new Fault({ code: 'INFERENCE_KERNEL', hash: '' }), 'kernel'],
      [trap(), 'kernel'],
      [new RangeError('Maximum call stack size exceeded'), 'stack'],
      [new RangeError('Array buffer allocation failed'), 'memory'],
    ] as const) {
      assert.equal(hostCause(error), cause)
    }
  })

  it('is the plugin’s where every machine meets it', () => {
    for (const error of [
      new TypeError('x is not a function'),
      new RangeError('Invalid array length'),
      new Fault({ code: 'INFERENCE_MODEL', reason: 'bytes' }),
      'text',
    ]) {
      assert.equal(hostCause(error), undefined)
    }
  })
})
