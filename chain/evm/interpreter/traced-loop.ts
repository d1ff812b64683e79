/** `advance` for a run whose operations somebody looks at. */
import type { Frame } from './frame.ts'
import { halt } from './halt.ts'
import { operations, stop } from './loop.ts'
import type { StepRecorder } from './recorder.ts'

/** As `advance`. The operation that it returns is begun, for the caller to end. */
export function advanceTraced(frame: Frame, recorder: StepRecorder): number {
  const { code } = frame
  while (frame.pc < code.length) {
    const op = code[frame.pc] as number
    recorder.begin(frame, op)
    checkStack(frame, op)
    frame.charge(frame.schedule.fees[op] as number)
    frame.pc++
    const operation = operations[op]
    if (operation === undefined) return op
    operation(frame)
    recorder.end(frame)
  }
  recorder.begin(frame, stop)
  return stop
}

function checkStack({ height, schedule }: Frame, op: number): void {
  const needed = schedule.needs[op] as number
  if (height < needed) halt(needed > 1024 ? 'INVALID_OPCODE' : 'STACK_UNDERFLOW')
  if (height > (schedule.room[op] as number)) halt('STACK_OVERFLOW')
}
