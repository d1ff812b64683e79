/** Entry of a reader thread: answers reads, each over its own snapshot. */
import { parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

import { loadEngines } from '../pars/engines.ts'
import { type ReadContext, reads } from '../reads/index.ts'
import { expose, type Handlers } from './calls.ts'
import { type ThreadInit, loadProfile } from './setup.ts'

const port = parentPort
if (port === null) throw new TypeError('to be started as a worker')
const init = workerData as ThreadInit
const opened = Promise.all([
  loadEngines().then((engines) => loadProfile(init, engines)),
  openLevel(init.path),
])
opened.catch(() => undefined)

async function over<Result>(read: (context: ReadContext) => Result): Promise<Awaited<Result>> {
  const [profile, store] = await opened
  const reader = store.snapshot()
  try {
    return await read({ reader, profile })
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
  handlers[name] = (...parameters: readonly unknown[]) =>
    over((context) => call(context, ...parameters))
}

expose(port, handlers)
