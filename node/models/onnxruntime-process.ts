/**
 * One inference by onnxruntime, in a process of its own: its native code can end the process, never
 * end itself, or take any memory. A thread beside it ends the process when the parent is gone, which
 * the main thread may never come to notice.
 */
import process from 'node:process'
import { isMainThread, Worker } from 'node:worker_threads'

import type { InferenceSession, Tensor } from 'onnxruntime-node'

import type { Answered, Named, Task } from './onnxruntime.ts'

if (isMainThread) process.once('message', (task: Task) => void answer(task))
else watchParent()

function watchParent(): void {
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, 200)
}

async function answer({ model, inputs, most }: Task): Promise<void> {
  new Worker(import.meta.filename).unref()
  const answered = await run(model, inputs, most).catch((error: unknown): Answered => {
    return { problem: String(error instanceof Error ? error.message : error).slice(0, 2000) }
  })
  process.send?.(answered, () => process.exit())
}

async function run(model: Uint8Array, inputs: readonly Named[], most: number): Promise<Answered> {
  const { InferenceSession: Session, Tensor: Value } = await import('onnxruntime-node')
  const session = await Session.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, shape, data }): [string, Tensor] => [
      name,
      new Value(type as 'uint8', data as Uint8Array, shape),
    ]),
  )
  return { outputs: outputsOf(session, await session.run(feeds), most) }
}

function outputsOf(
  { outputNames }: InferenceSession,
  results: Readonly<Record<string, Tensor>>,
  most: number,
): readonly Named[] {
  let bytes = 0
  return outputNames.map((name) => {
    const { type, dims, data } = results[name] as Tensor
    if (Array.isArray(data)) throw new TypeError(`${name} holds texts`)
    bytes += (data as Uint8Array).byteLength
    if (bytes > most) throw new RangeError(`the outputs have more than ${most} bytes`)
    return { name, type, shape: dims, data: data as Uint8Array }
  })
}
