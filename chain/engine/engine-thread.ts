/** Entry of the engine thread. */
import { parentPort, workerData } from 'node:worker_threads'

import { openLevel } from '#storage'

import { loadEngines } from '../pars/engines.ts'
import { expose } from './calls.ts'
import { Engine } from './engine.ts'
import { advance } from './generation.ts'
import { type EngineThreadInit, loadProfile } from './setup.ts'
import { portLog } from './thread-log.ts'

const port = parentPort
if (port === null) throw new TypeError('to be started as a worker')
const init = workerData as EngineThreadInit
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

/** Readers look anew before anybody is told of what was written. */
async function written<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    advance(init.generation)
  }
}

/** What the main thread can ask of the engine. */
const handlers = {
  head: async () => (await engine).head,
  lastCommit: async () => (await engine).lastCommit,
  execute: async (...parameters: Parameters<Engine['execute']>) =>
    written((await engine).execute(...parameters)),
  finalize: async (number: bigint) => written((await engine).finalize(number)),
  rewind: async (number: bigint) => written((await engine).rewind(number)),
  keepFrom: async (number: bigint | undefined) => (await engine).keepFrom(number),
  build: async (...parameters: Parameters<Engine['build']>) => (await engine).build(...parameters),
  persist: async (...parameters: Parameters<Engine['persist']>) =>
    (await engine).persist(...parameters),
  close: async () => (await engine).close(),
}
export type EngineHandlers = typeof handlers

expose(port, handlers)
