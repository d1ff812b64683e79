import path from 'node:path'

import { type Command, InvalidArgumentError } from 'commander'

import { compare, Fault, hex, type Hex, unhex } from '#base'
import { attestersRoot, type ReadModelTerms } from '#precompiles'

import { openModel } from '../../models/built.ts'
import { registerModel } from '../../models/registration.ts'
import { addressOf, amountOf, listOf, wholeOf } from '../arguments.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'

interface RegisterFlags extends FromFlags {
  readonly name?: string
  readonly licence?: string
  readonly metadata?: string
  readonly attesters?: readonly Hex[]
  readonly threshold?: bigint
  readonly bond?: bigint
  readonly window?: readonly [bigint, bigint]
  readonly turn?: readonly [bigint, bigint]
  readonly committed: boolean
}

export function configure(command: Command): void {
  command
    .argument('<model>', 'the folder of `pars model build`, or an ONNX file of integers')
    .option('--name <name>', 'that of the file unless given; each registration is a new version')
    .option('--licence <text>', 'an SPDX expression, or where the licence is; NONE unless given')
    .option('--metadata <json>', 'for readers', jsonOf)
    .option('--committed', 'its answers are claimed, though it could run on the chain', false)
    .option('--bond <tokens>', 'the least of a claim or a challenge', amountOf)
    .option('--window <times>', 'for challenges: seconds,blocks', timesOf)
    .option('--turn <times>', 'of a party to a challenge: seconds,blocks', timesOf)
    .option('--attesters <addresses>', 'whose word counts, between commas', addressesOf)
    .option('--threshold <number>', 'how many of them have to sign', wholeOf)
    .addHelpText(
      'after',
      `
The model goes up in chunks, several at a time. What the chain has already is not sent again: after an
interruption the same line goes on.`,
    )
  addFromOptions(command).action(register)
}

async function register(place: string, flags: RegisterFlags): Promise<void> {
  const built = await openModel(place, flags.committed ? 'committed' : undefined)
  const sender = await openSender(flags)
  const name = flags.name ?? path.basename(place).replace(/\.onnx$/, '')
  const { licence, metadata } = flags
  const terms = termsIn(flags)
  const texts = {
    ...(licence === undefined ? {} : { licence }),
    ...(metadata === undefined ? {} : { metadata }),
  }
  const registration = { built, name, terms, ...texts }
  const { id, version, isOld } = await registerModel(sender, registration, progress(flags.json))
  print(flags.json, { id, name, version, kind: built.kind, hash: built.hash, registered: !isOld })
}

/** Of addresses in whatever order. */
function rootOf(attesters: readonly Hex[]): Hex {
  return hex(attestersRoot(attesters.map((address) => unhex(address)).toSorted(compare)))
}

function termsIn({
  bond,
  window,
  turn,
  attesters,
  threshold,
}: RegisterFlags): Partial<ReadModelTerms> {
  if ((attesters === undefined) !== (threshold === undefined)) {
    const reason = '--attesters and --threshold go together'
    throw new Fault({ code: 'NODE_USAGE', reason }, '--help explains the command')
  }
  return {
    ...(bond === undefined ? {} : { bond }),
    ...(window === undefined ? {} : { windowSeconds: window[0], windowBlocks: window[1] }),
    ...(turn === undefined ? {} : { turnSeconds: turn[0], turnBlocks: turn[1] }),
    ...(attesters === undefined || threshold === undefined
      ? {}
      : { attesters: rootOf(attesters), threshold }),
  }
}

function timesOf(text: string): readonly [bigint, bigint] {
  const [, seconds, blocks] = /^(\d{1,8}),(\d{1,8})$/.exec(text) ?? []
  if (seconds !== undefined && blocks !== undefined) return [BigInt(seconds), BigInt(blocks)]
  throw new InvalidArgumentError('Give seconds and blocks: 3600,1000 for example.')
}

function addressesOf(text: string): readonly Hex[] {
  const addresses = [...new Set(listOf(text).map(addressOf))]
  if (addresses.length > 0) return addresses
  throw new InvalidArgumentError('Give addresses between commas.')
}

function jsonOf(text: string): string {
  try {
    JSON.parse(text)
    return text
  } catch {
    throw new InvalidArgumentError('Give JSON.')
  }
}
