import { createRequire } from 'node:module'
import { dirname } from 'node:path'

import type * as Mcl from 'mcl-wasm'

const load = createRequire(import.meta.url)

/**
 * A pairing engine for one curve, of its own: mcl keeps the curve in module state, so a second curve
 * in the same module would change the first.
 */
export async function loadMcl(curve: 'BLS12_381' | 'BN_SNARK1'): Promise<typeof Mcl> {
  const entry = load.resolve('mcl-wasm')
  for (const path of Object.keys(load.cache)) {
    if (path.startsWith(dirname(entry))) Reflect.deleteProperty(load.cache, path)
  }
  const engine = load(entry) as typeof Mcl
  await engine.init(engine[curve])
  return engine
}
