import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import { type Command, InvalidArgumentError } from 'commander'

import { Fault, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { reasonOf } from '../../files.ts'
import { addJsonOption, addressOf } from '../arguments.ts'
import { pluginNameOf } from './options.ts'
import { isTakenAddress, isTakenName } from './taken.ts'

interface NewFlags {
  readonly stateful: boolean
  readonly address?: string
  readonly json: boolean
}

/** Below lie Ethereum's own, present and to come. */
const lowestAddress = 0x200n

export function configure(command: Command): void {
  command
    .argument('<name>', 'of the precompile, its package and its folder', pluginNameOf)
    .option('--stateful', 'with storage and events, called through the Solidity ABI', false)
    .option('--address <address>', 'one that follows from the name unless given', freeAddressOf)
    .addHelpText(
      'after',
      `
The package is plain JavaScript with types in comments: Node runs no TypeScript below node_modules,
and what operators review is what runs.`,
    )
  addJsonOption(command).action(async (name: string, flags: NewFlags) => {
    await checkFree(name, flags.address)
    const files = await filesOf(name, flags)
    await write(name, files)
    const facts = { folder: name, files: files.map(([file]) => file) }
    process.stdout.write(
      flags.json
        ? `${JSON.stringify(facts)}\n`
        : `${facts.files.map((file) => `${name}/${file}\n`).join('')}\nHold it against the rules with: pars precompile test ./${name}\n`,
    )
  })
}

async function checkFree(name: string, address: string | undefined): Promise<void> {
  if (await isTakenName(name)) {
    throw new Fault(
      { code: 'NODE_PRECOMPILE_NAME', name },
      'Pars has a precompile of that name: choose another',
    )
  }
  if (address === undefined || !(await isTakenAddress(address))) return
  throw new Fault(
    { code: 'NODE_PRECOMPILE_ADDRESS', address },
    'Pars uses that address: choose another, or leave --address out for one that follows from the name',
  )
}

type File = readonly [name: string, text: string]

/** The blocks of the template that name a file, filled in. */
async function filesOf(name: string, { stateful, address }: NewFlags): Promise<readonly File[]> {
  const page = path.join(import.meta.dirname, 'templates', stateful ? 'stateful.md' : 'pure.md')
  const words = name.split('-').filter((word) => word !== '')
  const values: Readonly<Record<string, string>> = {
    name,
    Name: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(''),
    NAME: words.join('_').toUpperCase(),
    address: address?.slice(2) ?? ownAddress(name),
  }
  const fill = (text: string): string =>
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? '')
  const blocks = (await readFile(page, 'utf8')).matchAll(/^````\w+ (\S+)\n([\s\S]*?)^````$/gm)
  return Array.from(blocks, ([, file = '', text = '']) => [fill(file), fill(text)] as const)
}

/** So that two strangers' precompiles fit into one network. */
function ownAddress(name: string): string {
  return keccak256(utf8(`pars/precompile/${name}`))
    .subarray(12)
    .toHex()
}

async function write(folder: string, files: readonly File[]): Promise<void> {
  try {
    await mkdir(folder)
    for (const [file, text] of files) {
      const place = path.join(folder, file)
      await mkdir(path.dirname(place), { recursive: true })
      await writeFile(place, text, { flag: 'wx' })
    }
  } catch (error) {
    const reason = reasonOf(error)
    throw new Fault(
      { code: 'NODE_FILE', file: folder, reason },
      'an existing folder is never written into: choose another name, or another place',
    )
  }
}

function freeAddressOf(text: string): string {
  const address = addressOf(text)
  if (BigInt(address) >= lowestAddress) return address
  throw new InvalidArgumentError('Give 0x0200 or above: Ethereum has those below.')
}
