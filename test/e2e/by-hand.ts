/** A network of validators as its operators set it up: by commands, one folder after the other. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { formatGenesis, parseGenesis, preset } from '#genesis'

import type { Devnet, Place } from '../../node/devnet/build.ts'
import { freePorts } from './cluster.ts'
import type { Bench } from './node.ts'

/** What `keys new` and `keys show` print as JSON. */
export interface Printed {
  readonly file: string
  readonly networkId?: string
  readonly validator: {
    readonly account: string
    readonly publicKey: string
    readonly stake: number
    readonly peerId: string
    /** With `--draft`. */
    readonly proof?: string
  }
}

export interface ByHand extends Devnet {
  readonly genesisFile: string
  readonly passwordFile: string
  readonly printed: readonly Printed[]
  /** One that follows, its key in no genesis. */
  readonly follower: Place
}

const validators = 4

/** Runs a command of `pars validator` that has to succeed. */
export async function validatorCommand<Result>(
  bench: Bench,
  ...parameters: readonly string[]
): Promise<Result> {
  const { code, stdout, stderr } = await bench.run('validator', ...parameters, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Result
}

/** Keys as drafts, the genesis with their entries, the keys bound to it, and the settings. */
export async function setUp(bench: Bench): Promise<ByHand> {
  const folder = bench.path('by-hand')
  mkdirSync(folder)
  const passwordFile = writePrivate(path.join(folder, 'password'), 'correct horse battery staple\n')
  bench.environment = { PARS_VALIDATOR_PASSWORD_FILE: passwordFile }
  const first = await freePorts(2 * (validators + 1))
  const places = Array.from({ length: validators + 1 }, (_, index) => {
    const data = path.join(folder, `node-${index}`)
    const rpc = `http://127.0.0.1:${first + index}`
    return { data, config: path.join(data, 'config.toml'), rpc, log: path.join(data, 'node.log') }
  })
  const members = places.slice(0, validators)
  const genesisFile = path.join(folder, 'genesis.json')
  writeFileSync(genesisFile, formatGenesis({ ...preset('devnet'), name: 'By Hand' }))
  const printed = await Promise.all(
    members.map(({ data }, index) => {
      const account = `0x${'00'.repeat(19)}a${index}`
      const made = ['keys', 'new', '--data', data, '--account', account, '--draft', genesisFile]
      return validatorCommand<Printed>(bench, ...made)
    }),
  )
  const files = printed.map((one, index) => {
    const file = path.join(folder, `printed-${index}.json`)
    writeFileSync(file, JSON.stringify(one))
    return file
  })
  const added = await bench.run('genesis', 'add-validator', genesisFile, ...files)
  assert.equal(added.code, 0, added.stderr)
  await Promise.all(
    members.map(({ data }) => {
      const draft = path.join(data, 'validator-draft.json')
      const into = ['--data', data, '--network', genesisFile]
      return validatorCommand(bench, 'keys', 'import', draft, ...into)
    }),
  )
  const portOf = (index: number): number => first + places.length + index
  const addresses = printed.map(
    ({ validator }, index) => `/ip4/127.0.0.1/tcp/${portOf(index)}/p2p/${validator.peerId}`,
  )
  for (const [index, { data, config, rpc }] of places.entries()) {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    const settings = {
      genesis: genesisFile,
      validator: index < validators,
      port: Number(new URL(rpc).port),
      listen: [`/ip4/127.0.0.1/tcp/${portOf(index)}`],
      peers: addresses,
    }
    const lines = Object.entries(settings).map(
      ([name, value]) => `${name} = ${JSON.stringify(value)}`,
    )
    writeFileSync(config, `${lines.join('\n')}\n`)
  }
  const genesis = parseGenesis(readFileSync(genesisFile, 'utf8'))
  const follower = places[validators]!
  return { folder, genesis, places, genesisFile, passwordFile, printed, follower }
}

/** For its owner alone, whatever the shell's umask is. */
export function writePrivate(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}
