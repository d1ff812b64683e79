/** `npm run bench -- [name…]`: all benchmarks, or the named ones, one after the other. */
import { bundle } from './bundle.ts'
import { consensus } from './consensus.ts'
import { crypto } from './crypto.ts'
import { devnet } from './devnet.ts'
import { execution } from './execution.ts'
import { inference } from './inference.ts'
import { mainThread } from './main-thread.ts'
import { mesh } from './mesh.ts'
import { pool } from './pool.ts'
import { precompiles } from './precompiles.ts'
import { rpc } from './rpc.ts'
import { state } from './state.ts'

const all = {
  bundle,
  consensus,
  crypto,
  devnet,
  execution,
  inference,
  'main-thread': mainThread,
  mesh,
  pool,
  precompiles,
  rpc,
  state,
} as const

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(all, name))
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}: ${Object.keys(all).join(', ')}\n`)
  process.exit(2)
}
for (const [name, run] of Object.entries(all)) {
  if (names.length > 0 && !names.includes(name)) continue
  console.log(`\n# ${name}`)
  await run()
}
