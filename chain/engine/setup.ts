import { pathToFileURL } from 'node:url'

import { Fault } from '#base'
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

/**
 * The rules of the network that `genesis` describes. Every thread builds the same. Throws
 * `CHAIN_PRECOMPILE_LOAD`, and as `parsProfile`.
 */
export async function loadProfile(
  init: ThreadInit,
  engines: ParsProfile['engines'] = {},
): Promise<ParsProfile> {
  const foreign: Precompile[] = []
  for (const file of init.modules) {
    foreign.push(loadPlugin(await importFile(file), file))
  }
  const available = [...(await discover()), ...foreign]
  return parsProfile(parseGenesis(init.genesis), available, engines)
}

/** Throws what keeps this node from running the network, before anything is written. */
export async function checkNetwork(
  network: Pick<ThreadInit, 'genesis' | 'modules'>,
): Promise<void> {
  await loadProfile({ ...network, path: '', archive: false })
}

async function importFile(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Fault(
      { code: 'CHAIN_PRECOMPILE_LOAD', file, reason },
      'name a file that exports a plugin as its default',
      { cause: error },
    )
  }
}
