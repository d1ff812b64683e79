import path from 'node:path'

import { type Command, InvalidArgumentError, Option } from 'commander'

import { Fault, hex, isHex, unhex } from '#base'
import { mlKem } from '#crypto'
import { type Condition, kinds, type Manifest, type OpeningSecret } from '#mesh'

import { defaultMeshFolder } from '../../home.ts'
import { readPassword } from '../../password.ts'
import { readPrivate } from '../../private-file.ts'
import { addJsonOption } from '../arguments.ts'
import { durationText } from '../duration.ts'

/** What the commands about bundles have in common. */
export interface BundleFlags {
  readonly passwordFile?: string
  readonly groupKeyFile?: string
  readonly json: boolean
}

export interface OpeningFlags extends BundleFlags {
  readonly keyFile?: string
}

export function addDataOption(command: Command): Command {
  return command.addOption(
    new Option('--data <folder>', 'where the node of the mesh keeps its data')
      .default(defaultMeshFolder())
      .argParser((text) => path.resolve(text)),
  )
}

/** A passphrase or the key of a group: one of them. */
export function addSecretOptions(command: Command): Command {
  return addJsonOption(
    command
      .option(
        '--password-file <file>',
        'whose first line is the passphrase; a terminal is asked unless given',
      )
      .addOption(
        new Option(
          '--group-key-file <file>',
          'with the key of a group, 64 hexadecimal digits, in place of a passphrase',
        ).conflicts('passwordFile'),
      ),
  )
}

export function addOpeningOptions(command: Command): Command {
  return addSecretOptions(command).addOption(
    new Option(
      '--key-file <file>',
      'with the seed of an ML-KEM-768 key, 128 hexadecimal digits, for a file that says it is sealed to one',
    ).conflicts(['passwordFile', 'groupKeyFile']),
  )
}

const least = 8

/** A passphrase or the key of a group, from a file or a terminal. */
export async function sharedSecret(
  { passwordFile, groupKeyFile }: BundleFlags,
  isNew: boolean,
): Promise<Extract<OpeningSecret, { kind: 'group' | 'passphrase' }>> {
  if (groupKeyFile !== undefined) return { kind: 'group', key: await keyIn(groupKeyFile, 32) }
  const question = isNew ? 'Passphrase for the file' : 'Passphrase of the file'
  const passphrase = await readPassword({ file: passwordFile, question, isNew })
  if (passphrase.length >= least) return { kind: 'passphrase', passphrase }
  throw new Fault(
    { code: 'NODE_PASSWORD_SHORT', least },
    'whoever has the file can try passphrases for years: take several words',
  )
}

export async function openingSecret(flags: OpeningFlags): Promise<OpeningSecret> {
  if (flags.keyFile === undefined) return sharedSecret(flags, false)
  const key = mlKem(768).fromSeed(await keyIn(flags.keyFile, mlKem(768).seedBytes))
  return { kind: 'recipient', key }
}

async function keyIn(file: string, bytes: number): Promise<Uint8Array> {
  const text = new TextDecoder().decode(await readPrivate(file, 2 * bytes + 4)).trim()
  const key = `0x${text.replace(/^0x/, '')}`
  if (isHex(key) && key.length === 2 * bytes + 2) return unhex(key)
  throw new Fault(
    { code: 'NODE_KEY_FORM', file, bytes },
    'it has other bytes than such a key, in hexadecimal digits',
  )
}

/** Kinds by their names or numbers, with commas between. */
export function kindsOf(text: string): readonly number[] {
  return text.split(',').map((name) => {
    const known = [...kinds].find(([, facts]) => facts.name === name)
    if (known !== undefined) return known[0]
    if (/^\d{1,3}$/.test(name) && Number(name) < 256) return Number(name)
    const names = [...kinds.values()].map((facts) => facts.name)
    throw new InvalidArgumentError(`A kind is one of ${names.join(', ')}, or a number below 256.`)
  })
}

export function kindName(kind: number): string {
  return kinds.get(kind)?.name ?? String(kind)
}

/** Ids with commas between. */
export function idsOf(text: string): readonly Uint8Array[] {
  return text.split(',').map((id) => {
    if (isHex(id) && id.length === 66) return unhex(id)
    throw new InvalidArgumentError('Give ids: 0x and 64 hexadecimal digits each.')
  })
}

/** What a bundle says of itself, and how it came through, for JSON. */
export function bundleFacts(manifest: Manifest | undefined, condition: Condition) {
  const { opened, repaired, lost, dropped, isEnded } = condition
  return {
    chunks: { opened, repaired, lost, isEnded },
    droppedFrames: dropped,
    manifest: manifest && {
      created: manifest.created,
      lifetime: manifest.lifetime,
      objects: manifest.count,
      root: hex(manifest.root),
      frontier: manifest.frontier.map(hex),
      wanted: manifest.wanted.map(hex),
      exporter: manifest.exporter && hex(manifest.exporter),
    },
  }
}

/** For people. */
export function conditionText({ opened, lost, isEnded }: Condition): string {
  const pieces = `${opened} pieces of 64 KiB were read, ${lost} are damaged`
  return isEnded ? pieces : `${pieces}, and its end is not there`
}

/** For people. */
export function manifestLines({ created, lifetime, count, wanted, exporter }: Manifest): string[] {
  const expiry = lifetime === 0 ? '' : `, worth carrying for ${durationText(BigInt(lifetime))}`
  return [
    `${count} objects, exported ${new Date(created * 1000).toISOString()}${expiry}`,
    ...(exporter === undefined ? [] : [`vouched for by ${hex(exporter).slice(0, 42)}…`]),
    ...(wanted.length === 0
      ? []
      : [`asks for ${wanted.length} objects: ${wanted.map(hex).join(', ')}`]),
  ]
}
