import { availableParallelism } from 'node:os'

/** Threads of libuv's pool, unless the environment says otherwise. @see UV_THREADPOOL_SIZE */
const libuvThreads = 4

/** How many signatures this machine verifies at the same time. */
export function verifyingCores(): number {
  const threads = Number(process.env['UV_THREADPOOL_SIZE']) || libuvThreads
  return Math.max(1, Math.min(availableParallelism(), threads))
}
