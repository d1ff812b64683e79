import process from 'node:process'

import type { Command } from 'commander'

import { Fault, hex } from '#base'
import { packageIntegrity } from '#precompiles'

import { systemRandom } from '../../random.ts'
import { addJsonOption, secondsFrom } from '../arguments.ts'
import { candidate } from './candidate.ts'
import { limits } from './limits.ts'
import { addProjectOption, type ProjectFlags } from './options.ts'
import { isTakenAddress, isTakenName } from './taken.ts'
import { type Check, type PluginFacts, trial } from './trial.ts'

interface TestFlags extends ProjectFlags {
  readonly json: boolean
  readonly seed?: string
  readonly timeout: number
}

export function configure(command: Command): void {
  command
    .argument('[package]', 'the name of an installed one, or the path of a folder', '.')
    .option('--seed <text>', 'of the garbage that it is given: random unless given')
    .option(
      '--timeout <seconds>',
      'after which a precompile that does not end is ended',
      secondsFrom(1),
      limits.trial.value / 1000,
    )
    .addHelpText(
      'after',
      `
A folder is tested as npm pack would publish it. The code runs in processes of its own, with no more
protection than that: test what you would run.
  pars precompile test ./blake2b
  pars precompile test @someone/blake2b --json`,
    )
  addJsonOption(addProjectOption(command)).action(test)
}

async function test(target: string, flags: TestFlags): Promise<void> {
  const seed = flags.seed ?? hex(systemRandom.bytes(8)).slice(2)
  await using subject = await candidate(target, flags.project)
  const integrity = await packageIntegrity(subject.folder)
  const verdict = await trial(subject, { seed, milliseconds: flags.timeout * 1000 })
  const { plugin } = verdict
  const checks = plugin ? [...verdict.checks, await ownPlace(plugin)] : verdict.checks
  const { module, version } = subject
  const failed = checks.filter(({ problem }) => problem !== undefined)
  const isPassed = plugin !== undefined && failed.length === 0
  const entry = plugin && {
    name: plugin.name,
    version,
    specHash: plugin.specHash,
    address: plugin.address,
    from: 0,
    module,
    integrity,
  }
  if (flags.json) {
    const facts = { package: module, version, passed: isPassed, seed, checks, entry }
    process.stdout.write(`${JSON.stringify(facts)}\n`)
  } else {
    const lines = checks.map(({ name, problem }) => {
      return problem === undefined ? `✔ ${name}` : `✘ ${name}\n    ${problem}`
    })
    process.stdout.write(`${module} ${version}, seed ${seed}\n\n${lines.join('\n')}\n`)
    if (isPassed) process.stdout.write(passed(entry))
  }
  if (isPassed) return
  throw new Fault(
    { code: 'NODE_PRECOMPILE_FAILED', package: module, failed: failed.length, seed },
    `mend what the checks marked ✘ say; --seed ${seed} repeats them`,
  )
}

async function ownPlace({ name, address }: PluginFacts): Promise<Check> {
  const problems = [
    ...((await isTakenName(name)) ? [`Pars has a precompile called ${name}`] : []),
    ...((await isTakenAddress(address)) ? [`Pars uses ${address}`] : []),
  ]
  const problem = problems.length > 0 ? `${problems.join('; ')}: choose another` : undefined
  return { name: 'has a name and an address that Pars has not', problem }
}

function passed(entry: object | undefined): string {
  return `
All checks hold. For the precompiles of a genesis:

${JSON.stringify(entry, undefined, 2)}
`
}
