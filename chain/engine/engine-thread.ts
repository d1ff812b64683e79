/** Entry of the engine thread. */
import { parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

import { loadEngines } from '../pars/engines.ts'
import { expose } from './calls.ts'
import { Engine } from './engine.ts'
import { type ThreadInit, loadProfile } from './setup.ts'
import { portLog } from './thread-log.ts'

const port = parentPort
if (port === null) throw new TypeError('to be started as a worker')
const init = workerData as ThreadInit
const engine = loadEngines()
  .then((engines) => loadProfile(init, engines))
  .then(async (profile) =>
    Engine.open({
      store: await openLevel(init.path),
      profile,
      archive: init.archive,
      log: portLog(port),
    }),
  )
engine.catch(() => undefined)

/** What the main thread can ask of the engine. */
const handlers = {
  head: async () => (await engine).head,
  lastCommit: async () => (await engine).lastCommit,
  execute: async (...parameters: Parameters<Engine['execute']>) =>
    (await engine).execute(...parameters),
  finalize: async (number: bigint) => (await engine).finalize(number),
  rewind: async (number: bigint) => (await engine).rewind(number),
  keepFrom: async (number: bigint | undefined) => (await engine).keepFrom(number),
  build: async (...parameters: Parameters<Engine['build']>) => (await engine).build(...parameters),
  persist: async (...parameters: Parameters<Engine['persist']>) =>
    (await engine).persist(...parameters),
  close: async () => (await engine).close(),
}
export type EngineHandlers = typeof handlers

expose(port, handlers)
