/** How often which function was called with how much data: the trace known as 4byteTracer. */
import type { Executor, FrameStart } from '../../evm/index.ts'
import type { Budget } from './budget.ts'
import { object } from './json.ts'
import type { Trace } from './trace.ts'

const selectorBytes = 4
const overhead = 32
const calls: ReadonlySet<string> = new Set(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'])

/** Built-in precompiles have no functions; those of this network have. */
export function selectorTrace({ evm }: Executor, budget: Budget): Trace {
  const counts = new Map<string, number>()
  return {
    tracer: {
      enter({ kind, to, input }: FrameStart) {
        if (input.length < selectorBytes || to === undefined || !calls.has(kind)) return
        if (evm.precompileAt(to) === 'builtin') return
        const selector = input.subarray(0, selectorBytes).toHex()
        const key = `0x${selector}-${input.length - selectorBytes}`
        if (!counts.has(key)) budget.spend(overhead)
        counts.set(key, (counts.get(key) ?? 0) + 1)
      },
    },
    text: () => object(Array.from(counts, ([key, count]) => [key, String(count)])),
  }
}
