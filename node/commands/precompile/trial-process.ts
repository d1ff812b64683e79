/** A process of its own for code that is not trusted yet: runs the checks and tells the parent. */
import process from 'node:process'

import { hex } from '#base'
import {
  conformance,
  importPackage,
  type Precompile,
  seededRandom,
  specHash,
  transcript,
} from '#precompiles'

import { ambientUses } from './ambient.ts'
import { limits } from './limits.ts'
import type { TrialMessage } from './trial.ts'

const [folder = '', module = '', version = '', seed = ''] = process.argv.slice(2)
const draw = () => ({ random: seededRandom(seed), garbage: limits.garbage.value })

const orphaned = (): never => process.exit(1)
process.on('disconnect', orphaned)

function tell(message: TrialMessage): void {
  process.send?.(message)
}

async function check(name: string, run: () => Promise<void> | void): Promise<void> {
  let problem: string | undefined
  try {
    await run()
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  tell({ kind: 'check', name, problem })
}

async function load(): Promise<Precompile | undefined> {
  const name = 'exports a precompile, and imports its own files only'
  try {
    const plugin = await importPackage(folder, module)
    tell({ kind: 'check', name, problem: undefined })
    return plugin
  } catch (error) {
    tell({ kind: 'check', name, problem: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

function during(phase: string, uses: readonly string[]): readonly string[] {
  return uses.length > 0 ? [`${uses.join(', ')} while it ${phase}`] : []
}

const { result: plugin, uses: atImport } = await ambientUses(load)
if (plugin !== undefined) {
  await check('has the version of its package.json', () => {
    if (plugin.version === version) return
    throw new Error(`the precompile says ${plugin.version}, package.json ${version}`)
  })
  for (const one of conformance(plugin, draw())) await check(one.name, () => one.run())
  const bytes: string[] = []
  await check('looks at no clock, randomness, locale or environment', async () => {
    const { result, uses: atRun } = await ambientUses(() => transcript(plugin, draw()).toHex())
    bytes.push(result)
    const phases = [...during('is imported', atImport), ...during('runs', atRun)]
    if (phases.length > 0) throw new Error(`it uses ${phases.join('; ')}`)
  })
  await check('remembers nothing of earlier calls', () => {
    bytes.push(transcript(plugin, draw()).toHex())
    if (bytes[0] !== bytes[1]) throw new Error('the same calls gave other bytes the second time')
  })
  const { name, address, stateful } = plugin
  tell({ kind: 'plugin', name, address, stateful, specHash: hex(specHash(plugin)), bytes })
}
process.off('disconnect', orphaned)
process.disconnect?.()
