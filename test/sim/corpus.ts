import { readdirSync, readFileSync } from 'node:fs'

import type { Scenario } from '../../sim/scenario.ts'

const folder = new URL('corpus/', import.meta.url)

/** Scenarios that once broke an invariant, made small; by what they showed. */
export function corpus(): readonly (readonly [name: string, scenario: Scenario])[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8')
      return [file.replace('.json', ''), JSON.parse(text) as Scenario]
    })
}
