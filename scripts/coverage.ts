/**
 * Which branches of contracts/ the tests of contracts take: `node scripts/coverage.ts`. Exit code 1 when
 * one is taken one way only, or a test fails.
 */
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

import type { Jumps } from '../test/contracts/jump-recorder.ts'
import { type Site, sites } from './coverage-sites.ts'

const root = path.join(import.meta.dirname, '..')

function runTests(folder: string): void {
  const mocha = path.join(root, 'node_modules/mocha/bin/mocha.js')
  const recorder = path.join(root, 'test/contracts/jump-recorder.ts')
  // Recording takes its time.
  const options = ['--require', recorder, '--timeout', '120000', 'test/contracts/*.test.ts']
  const { status } = spawnSync(process.execPath, [mocha, ...options], {
    cwd: root,
    env: { ...process.env, PARS_JUMPS: folder },
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}

type Taken = Readonly<Record<keyof Jumps, ReadonlySet<number>>>

class Recorded {
  readonly #all: readonly (readonly [code: string, jumps: Jumps])[]
  readonly #known = new Map<string, Taken>()

  constructor(folder: string) {
    this.#all = globSync('*.json', { cwd: folder }).flatMap((file) => {
      const text = readFileSync(path.join(folder, file), 'utf8')
      return Object.entries(JSON.parse(text) as Readonly<Record<string, Jumps>>)
    })
  }

  /** What tests took of `code`, whatever metadata it had behind it. */
  of(code: string): Taken {
    const known = this.#known.get(code)
    if (known !== undefined) return known
    const found = this.#all.filter(([recorded]) => recorded.startsWith(code))
    const taken = {
      jumped: new Set(found.flatMap(([, { jumped }]) => jumped)),
      passed: new Set(found.flatMap(([, { passed }]) => passed)),
    }
    this.#known.set(code, taken)
    return taken
  }
}

/** What never happened at a condition. */
function missingOf({ jumps }: Site, recorded: Recorded): readonly string[] {
  const ways = jumps.flatMap(({ code, at, leadsInside }) => {
    const { jumped, passed } = recorded.of(code)
    const [inside, past] = leadsInside ? [jumped, passed] : [passed, jumped]
    return [...(inside.has(at) ? ['entered'] : []), ...(past.has(at) ? ['skipped'] : [])]
  })
  return ['entered', 'skipped'].filter((way) => !ways.includes(way))
}

function report(all: readonly Site[], recorded: Recorded): void {
  const lines = ['branches of which both ways were taken']
  for (const [file, ofFile] of Map.groupBy(all, (site) => site.file)) {
    const missing = ofFile.flatMap((site) => {
      const ways = missingOf(site, recorded)
      return ways.length === 0 ? [] : [{ site, ways }]
    })
    const both = String(ofFile.length - missing.length).padStart(4)
    lines.push(`${both} of ${String(ofFile.length).padEnd(3)} ${file}`)
    for (const { site, ways } of missing) {
      process.exitCode = 1
      lines.push(`       line ${site.line}, never ${ways.join(' or ')}: ${site.text}`)
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

const folder = mkdtempSync(path.join(tmpdir(), 'pars-jumps-'))
try {
  runTests(folder)
  report(sites(), new Recorded(folder))
} finally {
  rmSync(folder, { recursive: true })
}
