/** What a node is told, by flags, environment, a file and defaults: the first of them that says it. */
import { z } from 'zod'

import { Fault } from '#base'

const portCure = 'a port is a number from 0 to 65535; 0 takes a free one'
const rateCure = 'give a number of units from 0 to 1000000'
const drainCure = 'give a number of seconds from 0 to 3600'
const textOr = (cure: string) => z.string(cure).min(1, cure)
const texts = z.array(textOr('give a list of texts'), 'give a list of texts')

/**
 * Of `pars run` and `pars dev`. In kebab case a name is the flag and the key of config.toml; in
 * capitals, after `PARS_`, the variable. `value` stands for it in help.
 */
const configSchema = z.strictObject({
  genesis: textOr('name a genesis document, or mainnet, testnet or devnet')
    .optional()
    .meta({ value: 'file', description: 'genesis document, or mainnet, testnet or devnet' }),
  data: textOr('name a folder').optional().meta({
    value: 'folder',
    description: 'where the chain is kept (default: ~/.pars/<network>)',
  }),
  host: textOr('give an address').default('127.0.0.1').meta({
    value: 'address',
    description: 'address for JSON-RPC; beyond loopback it needs a certificate',
  }),
  port: z
    .int(portCure)
    .min(0, portCure)
    .max(65_535, portCure)
    .default(8545)
    .meta({ value: 'number', description: 'port for JSON-RPC; 0 takes a free one' }),
  tlsCertificate: textOr('name a file').optional().meta({
    value: 'file',
    description: 'certificate for JSON-RPC in PEM, with those that vouch for it',
  }),
  tlsKey: textOr('name a file')
    .optional()
    .meta({ value: 'file', description: 'private key of that certificate in PEM' }),
  httpMethods: texts.optional().meta({
    value: 'methods',
    description:
      'what HTTP offers without the token: names and namespaces (eth_), separated by commas (default: everything on loopback, else eth_,net_,web3_,pars_,rpc_,rpc.)',
  }),
  wsMethods: texts.optional().meta({
    value: 'methods',
    description: 'what WebSocket offers without the token (default: as HTTP)',
  }),
  rpcRate: z.int(rateCure).min(0, rateCure).max(1_000_000, rateCure).optional().meta({
    value: 'units',
    description:
      'of work that one client of JSON-RPC may ask for in a second; 0 is no bound (default: 500 beyond this machine)',
  }),
  metricsPort: z.int(portCure).min(0, portCure).max(65_535, portCure).optional().meta({
    value: 'number',
    description: 'loopback port for /metrics (default: none)',
  }),
  drain: z.int(drainCure).min(0, drainCure).max(3600, drainCure).default(0).meta({
    value: 'seconds',
    description: 'after being asked to stop, how long /readyz says so before connections end',
  }),
  ipc: textOr('name a file, or give none').optional().meta({
    value: 'file',
    description:
      'socket for the programs of this user (default: pars.ipc in the data folder; none: no socket)',
  }),
  archive: z.boolean('give true or false').default(false).meta({
    description: 'keep the state of every height and the whole order, not of the last days',
  }),
  plugins: texts.default([]).meta({
    value: 'modules',
    description: 'packages of third-party precompiles that may be loaded, separated by commas',
  }),
  project: textOr('name a folder').optional().meta({
    value: 'folder',
    description:
      'whose node_modules has the packages of third-party precompiles (default: where it is run)',
  }),
  validator: z.boolean('give true or false').default(false).meta({
    description: 'sign as the validator whose key lies in the data folder',
  }),
  validatorPasswordFile: textOr('name a file').optional().meta({
    value: 'file',
    description: 'whose first line is the password of that key; a terminal is asked unless given',
  }),
  listen: texts.default(['/ip4/0.0.0.0/tcp/7227']).meta({
    value: 'multiaddrs',
    description: 'where other nodes reach this one, separated by commas',
  }),
  announce: texts.default([]).meta({
    value: 'multiaddrs',
    description: 'what other nodes are told instead, behind a router',
  }),
  peers: texts.default([]).meta({
    value: 'multiaddrs',
    description: 'nodes to stay connected to, each with its /p2p/ id, separated by commas',
  }),
  mdns: z
    .boolean('give true or false')
    .default(false)
    .meta({ description: 'look for peers in the local network' }),
  links: z.enum(['usual', 'slow'], 'give usual or slow').default('usual').meta({
    value: 'kind',
    description: 'between nodes; slow for those that take seconds: all of them wait longer then',
  }),
  allowHosts: texts.default([]).meta({
    value: 'names',
    description: 'further Host names for JSON-RPC, separated by commas',
  }),
  allowOrigins: texts.default([]).meta({
    value: 'origins',
    description: 'pages that may call JSON-RPC, separated by commas',
  }),
  trustProxy: z.boolean('give true or false').default(false).meta({
    description: 'a proxy in front of JSON-RPC names its client at the end of X-Forwarded-For',
  }),
  logFormat: z
    .enum(['text', 'json'], 'give text or json')
    .default('text')
    .meta({ value: 'format', description: 'of the lines on standard error' }),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'], 'give debug, info, warn or error')
    .default('info')
    .meta({ value: 'level', description: 'the least that is logged' }),
})

export type Config = z.infer<typeof configSchema>
export type SettingName = keyof Config
export type Values = Readonly<Partial<Record<SettingName, unknown>>>

export interface Property {
  readonly name: SettingName
  readonly type: 'string' | 'integer' | 'boolean' | 'array'
  readonly description: string
  /** What stands for the value in help; none for a flag. */
  readonly value?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
}

/** What the schema says of each setting, in its order. */
export const properties: readonly Property[] = Object.entries(
  z.toJSONSchema(configSchema, { io: 'input' }).properties ?? {},
).map(([name, property]) => ({ ...(property as Omit<Property, 'name'>), name }) as Property)

export function kebab(name: SettingName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

export function variableOf(name: SettingName): string {
  return `PARS_${kebab(name).replaceAll('-', '_').toUpperCase()}`
}

/** The value that a flag or a variable means. It may be wrong still: see `problemOf`. */
export function valueIn(name: SettingName, text: string): unknown {
  const { type } = properties.find((one) => one.name === name) ?? {}
  if (type === 'array') return text.split(',').filter((item) => item.length > 0)
  if (type === 'boolean' && /^(?:true|false)$/.test(text)) return text === 'true'
  return type === 'integer' && /^\d{1,15}$/.test(text) ? Number(text) : text
}

/** What to give instead, or undefined when the value is right. */
export function problemOf(name: SettingName, value: unknown): string | undefined {
  return configSchema.shape[name].safeParse(value).error?.issues[0]?.message
}

/** The variables that are set. Throws `NODE_CONFIG`. */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
): Values {
  const found: Partial<Record<SettingName, unknown>> = {}
  for (const { name } of properties) {
    const variable = variableOf(name)
    const given = environment[variable]
    if (given === undefined) continue
    found[name] = valueIn(name, given)
    checkSetting(name, found[name], variable)
  }
  return found
}

export interface Layer {
  /** How people are told where a setting came from. */
  readonly source: (name: SettingName) => string
  readonly values: Values
}

export interface Effective {
  readonly config: Config
  readonly sources: Readonly<Record<SettingName, string>>
}

/** Of each setting what the first layer says that has it, and which layer that is. */
export function effective(layers: readonly Layer[]): Effective {
  const values: Partial<Record<SettingName, unknown>> = {}
  const sources = {} as Record<SettingName, string>
  for (const { name } of properties) {
    const layer = layers.find((one) => one.values[name] !== undefined)
    values[name] = layer?.values[name]
    sources[name] = layer?.source(name) ?? 'default'
  }
  return { config: configSchema.parse(values), sources }
}

/** Throws `NODE_CONFIG`. */
export function checkSetting(name: SettingName, value: unknown, source: string): void {
  const problem = problemOf(name, value)
  if (problem !== undefined) throw refusedSetting(source, problem)
}

export function refusedSetting(source: string, cure: string): Fault {
  return new Fault({ code: 'NODE_CONFIG', source }, cure)
}
