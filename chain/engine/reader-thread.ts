/** Entry of a reader thread: answers reads, each over the newest snapshot. */
import { MessageChannel, parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

import { loadEngines } from '../pars/engines.ts'
import { type CallContext, interruptedBy, reads } from '../reads/index.ts'
import { expose, type Handlers } from './calls.ts'
import { isCancelled } from './cancellations.ts'
import { limits } from './limits.ts'
import { Sessions } from './sessions.ts'
import { loadProfile, type ReaderInit } from './setup.ts'

const port = parentPort
if (port === null) throw new TypeError('to be started as a worker')
const init = workerData as ReaderInit
const opened = Promise.all([
  loadEngines().then((engines) => loadProfile(init, engines)),
  openLevel(init.path),
]).then(([profile, store]) => {
  return { profile, store, sessions: new Sessions(store, profile, init.generation) }
})
opened.catch(() => undefined)

/** How often reads have asked whether they go on since others had their turn: that is their work. */
let checks = 0

/** @param word Of the call, among those that say which are cancelled. */
async function over<Result>(
  word: number,
  read: (context: CallContext) => Result,
): Promise<Awaited<Result>> {
  const { profile, sessions } = await opened
  const interrupt = interruptedBy(() => {
    checks++
    return isCancelled(init.cancelled, word)
  })
  interrupt.check()
  const session = await sessions.use()
  const { reader, atHead } = session
  try {
    return await read({ reader, profile, interrupt, atHead })
  } finally {
    await session.release()
  }
}

const handlers: Record<string, Handlers[string]> = {
  ready: () => opened.then(() => undefined),
  async close() {
    const { sessions, store } = await opened
    await sessions.close()
    await store.close()
  },
}
for (const [name, read] of Object.entries(reads)) {
  const call = read as (context: CallContext, ...rest: readonly unknown[]) => unknown
  handlers[name] = (word: number, ...parameters: readonly unknown[]) =>
    over(word, (context) => call(context, ...parameters))
}

const { port1: here, port2: there } = new MessageChannel()
const resting: (() => void)[] = []
here.on('message', () => resting.shift()?.())
here.unref()

/** Resolves when the messages that have come meanwhile are read. */
function turn(): Promise<void> {
  checks = 0
  there.postMessage('next', [])
  return new Promise((resolve) => resting.push(resolve))
}

expose(port, handlers, () => (checks < limits.lineChecks.value ? undefined : turn()))
