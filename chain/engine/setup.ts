import { pathToFileURL } from 'node:url'

import { parseGenesis } from '#genesis'
import { discover, loadPlugin, type Precompile } from '#precompiles'

import { parsProfile, type ParsProfile } from '../pars/profile.ts'

/** What a thread of the chain is started with: plain data, so that it crosses threads. */
export interface ThreadInit {
  /** The folder of the store. */
  readonly path: string
  /** The genesis document, as JSON text. */
  readonly genesis: string
  readonly archive: boolean
  /** Files of third-party plugins that the operator lists and the genesis names. */
  readonly modules: readonly string[]
}

/** The rules of the network that `genesis` describes. Every thread builds the same. */
export async function loadProfile(
  init: ThreadInit,
  engines: ParsProfile['engines'] = {},
): Promise<ParsProfile> {
  const foreign: Precompile[] = []
  for (const file of init.modules) {
    foreign.push(loadPlugin((await import(pathToFileURL(file).href)) as unknown, file))
  }
  const available = [...(await discover()), ...foreign]
  return parsProfile(parseGenesis(init.genesis), available, engines)
}
