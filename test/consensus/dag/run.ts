/**
 * `run.ts [--dags N] [--from SEED] [--mutants]`: the campaign at any length. Exit code 1 for a
 * disagreement, or for a mutant that lives; the seed replays it.
 */
import { parseArgs } from 'node:util'

import { emptyTally, examine } from './campaign.ts'
import { mutants } from './mutants.ts'

const { values } = parseArgs({
  options: {
    dags: { type: 'string', default: '100000' },
    from: { type: 'string', default: '1' },
    mutants: { type: 'boolean', default: false },
  },
})
const from = Number(values.from)
const dags = Number(values.dags)

function campaign(): boolean {
  const tally = emptyTally()
  for (let seed = from; seed < from + dags; seed++) {
    const disagreement = examine(seed, undefined, tally)
    if (disagreement !== undefined) {
      process.stderr.write(`seed ${disagreement.seed}: ${disagreement.what}\n`)
      return false
    }
  }
  process.stdout.write(`${JSON.stringify({ ...tally, disagreements: 0 })}\n`)
  return true
}

function gate(): boolean {
  let allDie = true
  for (const [name, rules] of Object.entries(mutants)) {
    let seed = from
    while (seed < from + dags && examine(seed, rules) === undefined) seed++
    const dies = seed < from + dags
    const fate = dies ? `dies at DAG ${seed - from + 1}` : 'LIVES'
    process.stdout.write(`${name.padEnd(32)} ${fate}\n`)
    allDie &&= dies
  }
  return allDie
}

process.exitCode = (values.mutants ? gate() : campaign()) ? 0 : 1
