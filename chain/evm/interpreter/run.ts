import { EVMError } from '@ethereumjs/evm'

import { Suspend } from '../suspend.ts'
import { call } from './call.ts'
import { create } from './create.ts'
import type { Frame } from './frame.ts'
import { halt } from './halt.ts'
import { advance, rewind } from './loop.ts'
import { selfdestruct } from './selfdestruct.ts'
import { advanceTraced } from './traced-loop.ts'

/** Runs a frame to its end. Returns why it halted or reverted, or undefined. */
export async function run(frame: Frame): Promise<EVMError | undefined> {
  const { recorder } = frame.machine
  for (;;) {
    try {
      const operation = recorder === undefined ? advance(frame) : advanceTraced(frame, recorder)
      const running = leaving[operation]?.(frame) ?? false
      const goesOn = typeof running === 'boolean' ? running : await running
      recorder?.end(frame)
      if (!goesOn) return undefined
    } catch (error) {
      if (error instanceof EVMError) {
        recorder?.fail(frame, error)
        return error
      }
      if (!(error instanceof Suspend)) throw error
      recorder?.drop()
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

const onward = (step: Promise<void>): Promise<true> => step.then(() => true)

/** The operations that end a frame or run another one; whether the frame goes on after it. */
const leaving: Readonly<Record<number, (frame: Frame) => boolean | Promise<boolean>>> = {
  0x00: () => false,
  0xf0: (frame) => onward(create(frame, false)),
  0xf1: (frame) => onward(call(frame, 'call')),
  0xf2: (frame) => onward(call(frame, 'callcode')),
  0xf3: finish,
  0xf4: (frame) => onward(call(frame, 'delegatecall')),
  0xf5: (frame) => onward(create(frame, true)),
  0xfa: (frame) => onward(call(frame, 'staticcall')),
  0xfd: (frame) => {
    finish(frame)
    return halt('REVERT')
  },
  0xff: async (frame) => {
    await selfdestruct(frame)
    return false
  },
}
