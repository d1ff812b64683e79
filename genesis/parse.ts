import { Fault } from '#base'

import { genesisSchema } from './document.ts'
import type { Genesis } from './genesis.ts'
import { limits } from './limits.ts'
import { problemsOf } from './rules.ts'

/**
 * A genesis from its JSON text, or from the value of that text.
 *
 * Throws `GENESIS_TOO_LARGE`, `GENESIS_NOT_JSON`, or `GENESIS_INVALID`, whose `problems` are lines of
 * `path: cure`.
 */
export function parseGenesis(document: unknown): Genesis {
  const value = typeof document === 'string' ? json(document) : document
  if (hasPrototypeKey(value, 4)) throw invalid([line('', 'remove the key __proto__')])
  const parsed = genesisSchema.safeParse(value)
  if (!parsed.success) {
    throw invalid(parsed.error.issues.map(({ path, message }) => line(path.join('.'), message)))
  }
  const { format: _, ...genesis } = parsed.data
  const problems = Array.from(problemsOf(genesis), ({ path, cure }) => line(path, cure))
  if (problems.length > 0) throw invalid(problems)
  return genesis
}

function json(text: string): unknown {
  const most = limits.documentLength.value
  if (text.length > most) {
    throw new Fault(
      { code: 'GENESIS_TOO_LARGE', length: text.length, most },
      'move large allocations into a claim contract',
    )
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Fault(
      { code: 'GENESIS_NOT_JSON', reason: error instanceof Error ? error.message : '' },
      'give a JSON document',
      { cause: error },
    )
  }
}

/** zod's records drop this key without a word. Storage, the deepest record, is the fourth level. */
function hasPrototypeKey(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || levels === 0) return false
  if (Object.hasOwn(value, '__proto__')) return true
  return Object.values(value).some((member) => hasPrototypeKey(member, levels - 1))
}

function line(path: string, cure: string): string {
  return `${path.slice(0, 200) || 'document'}: ${cure}`
}

function invalid(all: readonly string[]): Fault {
  const problems = all.slice(0, limits.reportedProblems.value)
  return new Fault({ code: 'GENESIS_INVALID', count: all.length, problems })
}
