/**
 * `npm run fuzz -- onnx [--graphs 2000] [--seed S]`: random integer graphs on pars-int-1 and on
 * onnxruntime, native and in WebAssembly, which have to agree in every byte. Prints the seed of each
 * graph on which they do not, and then ends with 1. A seed that is printed is a graph's own: it runs
 * alone with `--graph`.
 */
import { parseArgs } from 'node:util'

import { campaignGraph, difference, engines } from '../test/inference/oracle.ts'

const campaigns: Readonly<Record<string, () => Promise<number>>> = { onnx }

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    graphs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    graph: { type: 'string' },
  },
})

const [name = ''] = positionals
const campaign = Object.hasOwn(campaigns, name) ? campaigns[name] : undefined
if (campaign === undefined) {
  console.error(`no campaign ${name}: ${Object.keys(campaigns).join(', ')}`)
  process.exit(2)
}
process.exitCode = (await campaign()) === 0 ? 0 : 1

/** @returns How many comparisons failed. */
async function onnx(): Promise<number> {
  const count = values.graph === undefined ? Number(values.graphs) : 1
  const uses = new Map<string, number>()
  let failures = 0
  for (let index = 0; index < count; index++) {
    const graph = campaignGraph(values.graph ?? `${values.seed}-${index}`)
    for (const operator of new Set(graph.operators)) {
      uses.set(operator, (uses.get(operator) ?? 0) + 1)
    }
    for (const engine of engines) {
      const found = await difference(graph, engine)
      if (found === undefined) continue
      failures++
      console.error(found)
    }
    const done = index + 1
    if (done % 100 === 0 || done === count) console.log(`${done} graphs, ${failures} differences`)
  }
  const counts = [...uses].toSorted(([left], [right]) => (left < right ? -1 : 1))
  console.log(counts.map(([operator, times]) => `${operator} ${times}`).join(', '))
  return failures
}
