import process from 'node:process'

import type { Command } from 'commander'
import { z } from 'zod'

import { Fault, hex } from '#base'
import {
  formatGenesis,
  type GenesisDocument,
  genesisHash,
  limits as genesisLimits,
  parseGenesis,
} from '#genesis'

import { readText, reasonOf } from '../../files.ts'
import { limits } from '../../limits.ts'
import { addJsonOption, wholeOf } from '../arguments.ts'
import { readGenesis, replaceGenesis } from './document-file.ts'
import { runLine } from './write.ts'

interface AddFlags {
  readonly stake?: bigint
  readonly json: boolean
}

type Entry = GenesisDocument['validators'][number]

/** As `pars validator keys` prints with --json, or the entry alone. What is in it the genesis judges. */
const printed = z.union([
  z.looseObject({ validator: z.looseObject({}) }).transform(({ validator }) => validator),
  z.looseObject({}),
])

export function configure(command: Command): void {
  command
    .argument('<file>', 'genesis document; it is changed')
    .argument('<entries...>', 'files with what pars validator keys new --draft --json printed')
    .option('--stake <number>', 'of each of them (default: as printed, 1)', wholeOf)
    .addHelpText(
      'after',
      `
The genesis is another one afterwards, with another network id. All of a first committee come at once,
since none may have more than a third of the stake.
  pars genesis add-validator genesis.json validator-0.json validator-1.json validator-2.json validator-3.json`,
    )
  addJsonOption(command).action(add)
}

async function add(file: string, sources: readonly string[], flags: AddFlags): Promise<void> {
  const genesis = await readGenesis(file)
  const most = genesisLimits.validators.value
  if (genesis.validators.length + sources.length > most) {
    throw new Fault({ code: 'NODE_USAGE', most }, `a genesis names at most ${most} validators`)
  }
  const entries = await Promise.all(sources.map((source) => entryIn(source, flags)))
  const document = JSON.parse(formatGenesis(genesis)) as GenesisDocument
  const next = parseGenesis({ ...document, validators: [...document.validators, ...entries] })
  await replaceGenesis(file, formatGenesis(next))
  const facts = {
    file,
    validators: next.validators.length,
    networkId: hex(genesisHash(next)),
  }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(facts)}\n`
      : `${file}: ${facts.validators} validators, network id ${facts.networkId}\n${runLine(file, next)}\n`,
  )
}

/** Throws `NODE_FILE`, `NODE_VALIDATOR_FORM`. */
async function entryIn(file: string, { stake }: AddFlags): Promise<Entry> {
  const text = await readText(file, limits.validatorEntryBytes.value).catch((error: unknown) => {
    const facts = { code: 'NODE_FILE', file, reason: reasonOf(error) }
    throw new Fault(facts, 'name what pars validator keys new printed')
  })
  try {
    const entry = printed.parse(JSON.parse(text)) as unknown as Entry
    return stake === undefined ? entry : { ...entry, stake: stake.toString() }
  } catch (error) {
    throw new Fault(
      { code: 'NODE_VALIDATOR_FORM', file },
      'give what pars validator keys new or show prints with --draft and --json',
      { cause: error },
    )
  }
}
