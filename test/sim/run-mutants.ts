/**
 * `run-mutants.ts [--worlds N] [--dags N] [--name TEXT]`: breaks one thing at a time and prints who
 * noticed: simulated worlds, random DAGs, or nobody (exit code 1).
 */
import { parseArgs } from 'node:util'

import { examine } from '../consensus/dag/campaign.ts'
import { mutants as ruleMutants } from '../consensus/dag/mutants.ts'
import { hunt } from './gate.ts'
import { mutants } from './mutants.ts'

const { values } = parseArgs({
  options: {
    worlds: { type: 'string', default: '60' },
    dags: { type: 'string', default: '20000' },
    name: { type: 'string', default: '' },
  },
})

/** The first random DAG on which `name` shows. */
function dagOf(name: string): number | undefined {
  const rules = ruleMutants[name]
  if (rules === undefined) return undefined
  for (let seed = 1; seed <= Number(values.dags); seed++) {
    if (examine(seed, rules) !== undefined) return seed
  }
  return undefined
}

function row(...cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padEnd([40, 10, 8, 0][index] ?? 0)).join(' ')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

let lives = 0
say(row('mutant', 'DAG', 'world', 'what'))
for (const [name, mutant] of Object.entries(mutants)) {
  if (!name.includes(values.name)) continue
  const dag = dagOf(name)
  const most = dag === undefined ? Number(values.worlds) : Math.min(10, Number(values.worlds))
  // oxlint-disable-next-line no-await-in-loop -- one change at a time
  const { worlds, what } = await hunt(mutant, 1, most)
  const isDead = dag !== undefined || worlds !== undefined
  if (!isDead) lives++
  say(row(name, String(dag ?? '-'), String(worlds ?? '-'), isDead ? what.slice(0, 80) : 'LIVES'))
}
process.exitCode = lives === 0 ? 0 : 1
