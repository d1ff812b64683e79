import type { Executor, FrameEnd, FrameStart, Step, Tracer } from '../../evm/index.ts'
import type { LogEntry } from '../../port.ts'
import type { State } from '../../state/index.ts'
import type { TraceConfig } from '../../trace-port.ts'
import type { Budget } from './budget.ts'
import { callTrace } from './call-trace.ts'
import { object } from './json.ts'
import { prestateTrace } from './prestate-trace.ts'
import { selectorTrace } from './selector-trace.ts'
import { stepLog } from './step-log.ts'
import { Touched } from './touched.ts'
import type { Trace } from './trace.ts'

export interface TraceInit {
  readonly budget: Budget
  readonly executor: Executor
  /** 20 bytes each: sender, recipient, beneficiary. */
  readonly parties: readonly Uint8Array[]
}

export function createTrace(config: TraceConfig, init: TraceInit): Trace {
  const { budget, executor, parties } = init
  switch (config.kind) {
    case 'steps':
      return stepLog(config, budget)
    case 'calls':
      return callTrace(config, budget)
    case 'prestate':
      return prestateTrace(config, new Touched(executor, budget, parties))
    case 'selectors':
      return selectorTrace(executor, budget)
    case 'nothing':
      return { tracer: {}, text: () => '{}' }
    case 'several':
      break
  }
  return several(config.traces.map(([name, inner]) => [name, createTrace(inner, init)]))
}

type Named = readonly [name: string, trace: Trace]

function several(named: readonly Named[]): Trace {
  const traces = named.map(([, trace]) => trace)
  const ends = traces.flatMap((trace) => trace.ends ?? [])
  return {
    tracer: together(traces.map(({ tracer }) => tracer)),
    ...(ends.length === 0
      ? {}
      : {
          ends: {
            begin: (state: State) => ends.forEach((end) => end.begin(state)),
            async after(state: State) {
              for (const end of ends) await end.after(state)
            },
            async before(state: State) {
              for (const end of ends) await end.before(state)
            },
          },
        }),
    text: (outcome) => object(named.map(([name, trace]) => [name, trace.text(outcome)])),
  }
}

function together(tracers: readonly Tracer[]): Tracer {
  const steps = tracers.flatMap((tracer) => tracer.steps ?? [])
  const stepper = {
    wantsStack: steps.some(({ wantsStack }) => wantsStack),
    wantsMemory: steps.some(({ wantsMemory }) => wantsMemory),
    step: (step: Step) => steps.forEach((one) => one.step(step)),
  }
  return {
    enter: (start: FrameStart) => tracers.forEach((tracer) => tracer.enter?.(start)),
    exit: (end: FrameEnd) => tracers.forEach((tracer) => tracer.exit?.(end)),
    log: (log: LogEntry) => tracers.forEach((tracer) => tracer.log?.(log)),
    ...(steps.length === 0 ? {} : { steps: stepper }),
  }
}
