import process from 'node:process'

import { Argument, type Command } from 'commander'
import { stringify } from 'smol-toml'

import { effective, kebab, properties, type SettingName } from '../../config.ts'
import { addJsonOption } from '../arguments.ts'
import { addNodeOptions, networkIn, nodeSettings, runOptions, usualSettings } from '../options.ts'

interface PrintFlags {
  readonly defaults: boolean
  readonly json: boolean
}

interface Line {
  readonly name: SettingName
  readonly value: unknown
  readonly source: string
}

export function configure(command: Command): void {
  command
    .addArgument(new Argument('[command]', 'whose settings').choices(['run', 'dev']).default('run'))
    .option('--defaults', 'print a file to begin with, where nothing is set', false)
    .addHelpText(
      'after',
      `
The output is a configuration file itself:
  pars config print --defaults > config.toml
  pars config print run --genesis genesis.json --port 9000`,
    )
  addJsonOption(addNodeOptions(command)).action(
    async (name: 'run' | 'dev', { defaults, json }: PrintFlags) => {
      const lines = defaults ? defaultLines() : await effectiveLines(command, name)
      const text = defaults ? template(lines) : lines.map(lineText).join('')
      process.stdout.write(json ? `${JSON.stringify(facts(lines))}\n` : text)
    },
  )
}

function defaultLines(): readonly Line[] {
  const { config, sources } = effective([])
  return properties.map(({ name }) => ({ name, value: config[name], source: sources[name] }))
}

async function effectiveLines(command: Command, name: 'run' | 'dev'): Promise<readonly Line[]> {
  const settings = await nodeSettings(command, usualSettings[name])
  const { config, sources } = settings
  const placed = { ...config, project: runOptions(config).project }
  const known = config.genesis === undefined ? placed : { ...placed, ...(await folder(settings)) }
  return properties.map((one) => ({
    name: one.name,
    value: known[one.name],
    source: sources[one.name],
  }))
}

async function folder(settings: Parameters<typeof networkIn>[0]): Promise<{ data: string }> {
  return { data: (await networkIn(settings)).data }
}

function facts(lines: readonly Line[]) {
  return Object.fromEntries(
    lines.map(({ name, value, source }) => [kebab(name), { value: value ?? null, source }]),
  )
}

function lineText({ name, value, source }: Line): string {
  if (value === undefined) return `# ${kebab(name)} is not set\n`
  return `${assignment(name, value)} # ${source}\n`
}

/** Every setting under what it means; those without a default as comments. */
function template(lines: readonly Line[]): string {
  return lines
    .map(({ name, value }) => {
      const description = properties.find((one) => one.name === name)?.description ?? ''
      const line = value === undefined ? `# ${assignment(name, '')}` : assignment(name, value)
      return `# ${description}\n${line}\n`
    })
    .join('\n')
}

function assignment(name: SettingName, value: unknown): string {
  return stringify({ [kebab(name)]: value }).trimEnd()
}
