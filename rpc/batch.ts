import type { RpcFault } from './errors.ts'

export interface BatchPlan {
  /** Most calls under way at once. */
  readonly window: number
  /** Most characters of all answers. */
  readonly responseLength: number
  /** Calls `done` once, at once or later; undefined answers nothing. */
  run(request: unknown, done: (answer: string | undefined) => void): void
  /** The answer to a request that is not run. */
  refuse(request: unknown, fault: RpcFault): string | undefined
  /** Whether a request takes effect: earlier ones end before it, later ones start after it. */
  writes(request: unknown): boolean
  /** Why the requests that are left are not run. */
  stop(): RpcFault | undefined
  tooLarge(): RpcFault
}

/** The answers of a batch, in the order of its requests. */
export async function runBatch(
  requests: readonly unknown[],
  plan: BatchPlan,
): Promise<readonly string[]> {
  const answers: (string | undefined)[] = Array.from({ length: requests.length })
  let length = 0
  let underWay = 0
  let wake: (() => void) | undefined
  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
    })
  for (const [index, request] of requests.entries()) {
    const writes = plan.writes(request)
    if (underWay > 0 && (writes || underWay >= plan.window)) await idle()
    const stop = length > plan.responseLength ? plan.tooLarge() : plan.stop()
    if (stop !== undefined) {
      answers[index] = plan.refuse(request, stop)
      continue
    }
    underWay++
    plan.run(request, (answer) => {
      length += answer?.length ?? 0
      const fits = length <= plan.responseLength
      answers[index] = fits ? answer : plan.refuse(request, plan.tooLarge())
      if (--underWay === 0) wake?.()
    })
    if (writes && underWay > 0) await idle()
  }
  if (underWay > 0) await idle()
  return answers.filter((answer) => answer !== undefined)
}
