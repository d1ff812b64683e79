import { EVMError } from '@ethereumjs/evm'

import { Suspend } from '../suspend.ts'
import { call } from './call.ts'
import { create } from './create.ts'
import type { Frame } from './frame.ts'
import { halt } from './halt.ts'
import { advance, rewind } from './loop.ts'
import { selfdestruct } from './selfdestruct.ts'

/** Runs a frame to its end. Returns why it halted or reverted, or undefined. */
export async function run(frame: Frame): Promise<EVMError | undefined> {
  for (;;) {
    try {
      const operation = advance(frame)
      const running = leaving[operation]?.(frame) ?? false
      if (!(typeof running === 'boolean' ? running : await running)) return undefined
    } catch (error) {
      if (error instanceof EVMError) return error
      if (!(error instanceof Suspend)) throw error
      await error.load
      rewind(frame)
    }
  }
}

function finish(frame: Frame): false {
  const [offset, length] = [frame.pop(), frame.pop()]
  const at = frame.reserve(offset, length)
  frame.output = frame.memory.copy(at, Number(length))
  return false
}

const goesOn = (step: Promise<void>): Promise<true> => step.then(() => true)

/** The operations that end a frame or run another one; whether the frame goes on after it. */
const leaving: Readonly<Record<number, (frame: Frame) => boolean | Promise<boolean>>> = {
  0x00: () => false,
  0xf0: (frame) => goesOn(create(frame, false)),
  0xf1: (frame) => goesOn(call(frame, 'call')),
  0xf2: (frame) => goesOn(call(frame, 'callcode')),
  0xf3: finish,
  0xf4: (frame) => goesOn(call(frame, 'delegatecall')),
  0xf5: (frame) => goesOn(create(frame, true)),
  0xfa: (frame) => goesOn(call(frame, 'staticcall')),
  0xfd: (frame) => {
    finish(frame)
    return halt('REVERT')
  },
  0xff: async (frame) => {
    await selfdestruct(frame)
    return false
  },
}
