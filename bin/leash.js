// Preloaded into the process that a launcher starts: when the launcher is gone without a word
// (SIGKILL reaches nobody else), the process ends as if it had been asked to.
import process from 'node:process'
import { isMainThread } from 'node:worker_threads'

const interval = 250

/** Sends this process SIGTERM once `parent` is no longer the process that it belongs to. */
export function leash(parent) {
  // A Windows process keeps its parent's id for life; there the job object ends the children.
  if (process.platform === 'win32') return
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    process.kill(process.pid, 'SIGTERM')
  }, interval)
  watch.unref()
}

const parent = Number(process.env.PARS_LEASH)
// What this process starts belongs to it, not to the launcher.
delete process.env.PARS_LEASH
if (isMainThread && parent > 0) leash(parent)
