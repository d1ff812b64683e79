import { readFile } from 'node:fs/promises'

import { type Command, InvalidArgumentError, Option } from 'commander'

import { Fault, type LogLevel } from '#base'
import { type Genesis, parseGenesis, preset, type PresetName, presetNames } from '#genesis'

import type { LogFormat } from '../log.ts'

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new InvalidArgumentError('A port is a number from 0 to 65535; 0 takes a free one.')
}

export function listOf(text: string): string[] {
  return text.split(',').filter((item) => item.length > 0)
}

/** A genesis by the name of a preset or the path of a document. */
export async function genesisOf(source: string): Promise<Genesis> {
  if (isPreset(source)) return preset(source)
  let text: string
  try {
    text = await readFile(source, 'utf8')
  } catch (error) {
    throw new Fault(
      { code: 'GENESIS_UNREADABLE', file: source, reason: (error as { code?: string }).code ?? '' },
      `name a file, or one of the presets ${presetNames.join(', ')}`,
    )
  }
  return parseGenesis(text)
}

function isPreset(name: string): name is PresetName {
  return (presetNames as readonly string[]).includes(name)
}

/** What the commands that run a node have in common. */
export interface NodeFlags {
  readonly data?: string
  readonly host: string
  readonly port: number
  readonly archive: boolean
  readonly logFormat: LogFormat
  readonly logLevel: LogLevel
  readonly allowHosts: readonly string[]
  readonly allowOrigins: readonly string[]
}

export function addNodeOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'where the chain is kept (default: ~/.pars/<network>)')
    .option('--host <address>', 'loopback address for JSON-RPC', '127.0.0.1')
    .option('--port <number>', 'port for JSON-RPC; 0 takes a free one', portOf, 8545)
    .option('--archive', 'keep the state of every height, not of the last 24 hours', false)
    .option(
      '--allow-hosts <names>',
      'further Host names for JSON-RPC, separated by commas',
      listOf,
      [],
    )
    .option(
      '--allow-origins <origins>',
      'pages that may call JSON-RPC, separated by commas',
      listOf,
      [],
    )
    .addOption(
      new Option('--log-format <format>', 'of the lines on standard error')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      new Option('--log-level <level>', 'the least that is logged')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    )
}
