import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import process from 'node:process'

import { type Command, Option } from 'commander'

import { Fault, hex, unhex } from '#base'
import { formatGenesis, type Genesis, genesisHash, parseGenesis } from '#genesis'
import { importPackage, packageIntegrity, type Precompile, specHash } from '#precompiles'

import { addJsonOption, wholeOf } from '../arguments.ts'
import { candidate } from '../precompile/candidate.ts'
import { addProjectOption, type ProjectFlags } from '../precompile/options.ts'

interface AddFlags extends ProjectFlags {
  readonly from: bigint
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'genesis document; it is changed')
    .argument('<package>', 'the name of an installed one, or the path of a folder')
    .addOption(
      new Option('--from <height>', 'the first block in which it answers')
        .argParser(wholeOf)
        .default(0n, '0'),
    )
    .addHelpText(
      'after',
      `
The genesis is another one afterwards, with another network id: schedule before the network begins.
The code of the package is loaded to learn what it promises: pars precompile test it before.
  pars genesis add-precompile genesis.json blake2b --from 100`,
    )
  addJsonOption(addProjectOption(command)).action(add)
}

async function add(file: string, target: string, flags: AddFlags): Promise<void> {
  await using subject = await candidate(target, flags.project)
  const { module, version, folder } = subject
  const integrity = await packageIntegrity(folder)
  const plugin = await importPackage(folder, module)
  if (plugin.version !== version) {
    throw new Fault(
      {
        code: 'PRECOMPILE_VERSION',
        module,
        expected: plugin.version,
        found: version,
        folder,
      },
      'package.json gives another version than the precompile: ask its authors for a release that says one',
    )
  }
  const genesis = await read(file)
  const next = scheduled(genesis, plugin, { module, integrity, from: flags.from })
  await replace(file, formatGenesis(next))
  const facts = {
    file,
    name: plugin.name,
    version: plugin.version,
    address: plugin.address,
    from: Number(flags.from),
    networkId: hex(genesisHash(next)),
  }
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(facts)}\n`
      : `${file}: ${facts.name} ${facts.version} answers at ${facts.address} from block ${facts.from}; network id ${facts.networkId}\nRun it with: pars run --genesis ${file} --plugins ${modulesOf(next).join(',')}\n`,
  )
}

async function read(file: string): Promise<Genesis> {
  try {
    return parseGenesis(await readFile(file, 'utf8'))
  } catch (error) {
    const { code } = error as { code?: string }
    if (error instanceof Fault || code === undefined) throw error
    throw new Fault(
      { code: 'GENESIS_UNREADABLE', file, reason: code },
      'name the file of a genesis document: pars init writes one',
    )
  }
}

/** Through the document and back: the rules of a genesis hold for this one too. */
function scheduled(
  genesis: Genesis,
  plugin: Precompile,
  entry: { readonly module: string; readonly integrity: string; readonly from: bigint },
): Genesis {
  const { name, version, address } = plugin
  const added = { ...entry, name, version, address: unhex(address), specHash: specHash(plugin) }
  return parseGenesis(formatGenesis({ ...genesis, precompiles: [...genesis.precompiles, added] }))
}

function modulesOf({ precompiles }: Genesis): readonly string[] {
  return [...new Set(precompiles.flatMap(({ module }) => module ?? []))]
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}`
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    const reason = (error as { code?: string }).code ?? String(error)
    throw new Fault({ code: 'NODE_FILE', file, reason }, 'make the file and its folder writable')
  }
}
