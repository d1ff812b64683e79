/** What the commands that run a node, or look at one's settings, take on their line. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import { type Command, InvalidArgumentError, Option } from 'commander'

import type { Genesis } from '#genesis'

import { fileSettings } from '../config-file.ts'
import {
  type Config,
  effective,
  environmentSettings,
  kebab,
  type Layer,
  problemOf,
  properties,
  type Property,
  refusedSetting,
  type SettingName,
  type Values,
  valueIn,
  variableOf,
} from '../config.ts'
import { defaultFolder } from '../data-folder.ts'
import { genesisOf } from '../genesis-source.ts'
import type { RunOptions } from '../run.ts'

const configName = 'config.toml'

/** What a command says where nothing else does. */
export const usualSettings: Readonly<Record<'run' | 'dev', Values>> = {
  run: {},
  dev: { genesis: 'devnet' },
}

/** `--config`, and a flag for each setting. */
export function addNodeOptions(command: Command): Command {
  command.option(
    '--config <file>',
    `settings in TOML (default: ${configName} of the data folder, if there is one)`,
  )
  for (const property of properties) {
    command.addOption(optionOf(property))
    if (property.type === 'boolean') {
      command.addOption(new Option(`--no-${kebab(property.name)}`).hideHelp())
    }
  }
  return command.addHelpText(
    'after',
    `
A setting that no flag gives is taken from the environment, PARS_PORT for --port, then from the
configuration file. pars config print shows what holds, and why.`,
  )
}

function optionOf({ name, type, value, description, ...rest }: Property): Option {
  if (type === 'boolean') return new Option(`--${kebab(name)}`, description)
  const option = new Option(`--${kebab(name)} <${value}>`, description)
  // For help alone: what a flag does not give is looked for elsewhere first.
  if (!Array.isArray(rest.default)) option.default(rest.default)
  if (rest.enum !== undefined) return option.choices(rest.enum)
  return option.argParser((text) => {
    const given = valueIn(name, text)
    const problem = problemOf(name, given)
    if (problem === undefined) return given
    throw new InvalidArgumentError(`${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`)
  })
}

export interface NodeSettings {
  readonly config: Config
  /** Where each setting came from, for people. */
  readonly sources: Readonly<Record<SettingName, string>>
  /** The configuration file, if one was read. */
  readonly file: string | undefined
}

/**
 * What holds, by flags, environment, file and defaults; `usual` is what the command says where
 * nothing else does. Throws `NODE_CONFIG`, `NODE_FILE`, and what is wrong with a genesis on which the
 * place of the file depends.
 */
export async function nodeSettings(command: Command, usual: Values): Promise<NodeSettings> {
  const given: readonly Layer[] = [
    { source: (name) => `--${kebab(name)}`, values: flagsOf(command) },
    { source: variableOf, values: environmentSettings(process.env) },
  ]
  const last: Layer = { source: () => 'default', values: usual }
  const named = command.getOptionValue('config') ?? process.env['PARS_CONFIG']
  const file =
    named === undefined ? await ownFile(effective([...given, last]).config) : String(named)
  if (file === undefined) return { ...effective([...given, last]), file }
  const values = await fileSettings(file)
  if (named === undefined && values.data !== undefined) {
    throw refusedSetting(
      `data in ${file}`,
      'the file of a data folder cannot name another: leave it out, or name the file with --config',
    )
  }
  return { ...effective([...given, { source: () => file, values }, last]), file }
}

function flagsOf(command: Command): Values {
  const given = properties.filter(({ name }) => command.getOptionValueSource(name) === 'cli')
  return Object.fromEntries(given.map(({ name }) => [name, command.getOptionValue(name)]))
}

/** The file of the data folder. */
async function ownFile({ data, genesis }: Config): Promise<string | undefined> {
  if (data === undefined && genesis === undefined) return undefined
  const folder = data ?? defaultFolder(await genesisOf(genesis ?? ''))
  const file = path.join(folder, configName)
  return existsSync(file) ? file : undefined
}

/** The network to run and where it is kept. Throws `NODE_CONFIG` where no genesis is named. */
export async function networkIn({ config }: NodeSettings): Promise<{
  readonly genesis: Genesis
  readonly data: string
}> {
  if (config.genesis === undefined) {
    throw refusedSetting(
      'genesis',
      'name a genesis document or a preset: --genesis, PARS_GENESIS, or genesis in a file',
    )
  }
  const genesis = await genesisOf(config.genesis)
  return { genesis, data: config.data ?? defaultFolder(genesis) }
}

/** What the settings say of a node, besides its network. */
export function runOptions(
  config: Config,
): { readonly drain: number } & Pick<
  RunOptions,
  | 'host'
  | 'httpMethods'
  | 'metricsPort'
  | 'port'
  | 'rpcRate'
  | 'tlsCertificate'
  | 'tlsKey'
  | 'wsMethods'
  | 'ipc'
  | 'archive'
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'trustsProxy'
  | 'modules'
  | 'project'
> {
  const { allowHosts, allowOrigins, trustProxy, plugins, project } = config
  return {
    host: config.host,
    port: config.port,
    ipc: config.ipc,
    httpMethods: config.httpMethods,
    wsMethods: config.wsMethods,
    rpcRate: config.rpcRate,
    tlsCertificate: config.tlsCertificate,
    tlsKey: config.tlsKey,
    metricsPort: config.metricsPort,
    drain: config.drain,
    archive: config.archive,
    allowedHosts: allowHosts,
    allowedOrigins: allowOrigins,
    trustsProxy: trustProxy,
    modules: plugins,
    project: path.resolve(project ?? '.'),
  }
}
