/** Entry of a reader thread: answers reads, each over its own snapshot. */
import { parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

import { loadEngines } from '../pars/engines.ts'
import { interruptedBy, type ReadContext, reads } from '../reads/index.ts'
import { expose, type Handlers } from './calls.ts'
import { isCancelled } from './cancellations.ts'
import { loadProfile, type ReaderInit } from './setup.ts'

const port = parentPort
if (port === null) throw new TypeError('to be started as a worker')
const init = workerData as ReaderInit
const opened = Promise.all([
  loadEngines().then((engines) => loadProfile(init, engines)),
  openLevel(init.path),
])
opened.catch(() => undefined)

/** @param word Of the call, among those that say which are cancelled. */
async function over<Result>(
  word: number,
  read: (context: ReadContext) => Result,
): Promise<Awaited<Result>> {
  const [profile, store] = await opened
  const interrupt = interruptedBy(() => isCancelled(init.cancelled, word))
  interrupt.check()
  const reader = store.snapshot()
  try {
    return await read({ reader, profile, interrupt })
  } finally {
    await reader.close()
  }
}

const handlers: Record<string, Handlers[string]> = {
  ready: () => opened.then(() => undefined),
  close: async () => (await opened)[1].close(),
}
for (const [name, read] of Object.entries(reads)) {
  const call = read as (context: ReadContext, ...rest: readonly unknown[]) => unknown
  handlers[name] = (word: number, ...parameters: readonly unknown[]) =>
    over(word, (context) => call(context, ...parameters))
}

expose(port, handlers)
