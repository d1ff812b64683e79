import process from 'node:process'

import { type Command, Option } from 'commander'

import { Fault } from '#base'
import { mlKem } from '#crypto'
import type { SealingSecret } from '#mesh'

import { readPublic } from '../../private-file.ts'
import { mebibytes, Progress } from '../db/options.ts'
import { durationOf } from '../duration.ts'
import {
  addDataOption,
  addSecretOptions,
  type BundleFlags,
  idsOf,
  kindsOf,
  sharedSecret,
} from './options.ts'

interface ExportFlags extends BundleFlags {
  readonly data: string
  readonly kind?: readonly number[]
  readonly age?: bigint
  readonly id?: readonly Uint8Array[]
  readonly file?: readonly string[]
  readonly want?: readonly Uint8Array[]
  readonly lifetime?: bigint
  readonly to?: string
}

export function configure(command: Command): void {
  command
    .argument('<bundle>', 'where to write it, under any name')
    .option(
      '--kind <kinds>',
      'only objects of these kinds, transaction,receipt for example',
      kindsOf,
    )
    .option('--age <time>', 'only objects that came within it: 7d, 36h, 90m', durationOf)
    .option('--id <ids>', 'only these objects', idsOf)
    .option('--file <path>', 'a file that goes along; can be given again', gathered)
    .option('--want <ids>', 'objects that you ask the receiver for', idsOf)
    .option(
      '--lifetime <time>',
      'for which it is worth carrying; for ever unless given',
      durationOf,
    )
    .addOption(
      new Option(
        '--to <file>',
        'with an ML-KEM-768 public key: what is sealed to it says so in clear, and cannot be denied',
      ).conflicts(['passwordFile', 'groupKeyFile']),
    )
  addSecretOptions(addDataOption(command))
    .addHelpText(
      'after',
      `
Without --kind, --age, --id and --file all objects of the store go along; with --file alone, these
files and nothing else. The file is random bytes to whoever lacks its secret: nothing in it says what
it is, and its length is one of few. Its name, its date and its place may say more.
  pars bundle export holiday.raw --age 7d --file map.png --password-file passphrase.txt`,
    )
    .action(async (bundle: string, flags: ExportFlags) => {
      const { exportFile } = await import('../../mesh/bundle/export.ts')
      const to = await sealingSecret(flags)
      using progress = new Progress(flags.json)
      const written = await exportFile({
        data: flags.data,
        file: bundle,
        to,
        selection: selectionOf(flags),
        files: flags.file ?? [],
        wanted: flags.want ?? [],
        lifetime: Number(flags.lifetime ?? 0n),
        progress: (bytes) => progress.show(() => `${mebibytes(bytes)} written`),
      })
      progress[Symbol.dispose]()
      process.stdout.write(
        flags.json
          ? `${JSON.stringify({ file: bundle, ...written })}\n`
          : `${bundle}: ${written.objects} objects, ${mebibytes(written.bytes)}\n`,
      )
    })
}

function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}

function selectionOf({ kind, age, id, file }: ExportFlags) {
  const isLimited = kind !== undefined || age !== undefined || id !== undefined
  if (!isLimited && file !== undefined) return undefined
  return { kinds: kind, age: age === undefined ? undefined : Number(age), ids: id }
}

async function sealingSecret(flags: ExportFlags): Promise<SealingSecret> {
  if (flags.to === undefined) return sharedSecret(flags, true)
  const text = await readPublic(flags.to, 4096)
  const digits = new TextDecoder().decode(text).trim().replace(/^0x/, '')
  const publicKey = /^(?:[0-9a-fA-F]{2})+$/.test(digits) ? Uint8Array.fromHex(digits) : text
  if (mlKem(768).checkPublicKey(publicKey)) return { kind: 'recipient', publicKey }
  throw new Fault(
    { code: 'NODE_KEY_FORM', file: flags.to, bytes: mlKem(768).publicKeyBytes },
    'it holds no ML-KEM-768 public key, in hexadecimal digits or as it is',
  )
}
