/** Runs the seeds that the main thread hands out, one by one. */
import { parentPort } from 'node:worker_threads'

import { draw, type DrawOptions } from './draw.ts'
import type { Outcome } from './outcome.ts'
import { simulateAny } from './simulate-any.ts'

/** From the main thread. */
export interface Job {
  readonly seed: number
  readonly options: DrawOptions
}

/** To the main thread; a trace only of a failure. */
export type JobResult = Outcome

async function run({ seed, options }: Job): Promise<JobResult> {
  const outcome = await simulateAny(draw(seed, options))
  return outcome.violation === undefined ? { ...outcome, trace: [] } : outcome
}

parentPort?.on('message', (job: Job) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- not a window
  void run(job).then((result) => parentPort?.postMessage(result))
})
