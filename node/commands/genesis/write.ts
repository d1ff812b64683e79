import { writeFile } from 'node:fs/promises'
import process from 'node:process'

import { Fault, hex } from '#base'
import { formatGenesis, type Genesis, genesisHash } from '#genesis'

import { reasonOf } from '../../files.ts'

/**
 * Writes a document where none is yet, and says what network it is of; `before` is what people have to
 * do before they run it. Throws `NODE_FILE`.
 */
export async function writeGenesis(
  genesis: Genesis,
  { out, json }: { readonly out: string; readonly json: boolean },
  before: readonly string[] = [],
): Promise<void> {
  try {
    await writeFile(out, formatGenesis(genesis), { flag: 'wx' })
  } catch (error) {
    const reason = reasonOf(error)
    throw new Fault(
      { code: 'NODE_FILE', file: out, reason },
      'an existing file is never overwritten: name another with --out',
    )
  }
  const facts = {
    file: out,
    name: genesis.name,
    chainId: Number(genesis.chainId),
    networkId: hex(genesisHash(genesis)),
  }
  process.stdout.write(
    json
      ? `${JSON.stringify(facts)}\n`
      : `${out}: network ${facts.name}, chain id ${facts.chainId}, network id ${facts.networkId}\n` +
          [...before, runLine(out, genesis), ''].join('\n'),
  )
}

/** How a node of the network is started. */
export function runLine(file: string, { precompiles }: Genesis): string {
  const modules = [...new Set(precompiles.flatMap(({ module }) => module ?? []))]
  const plugins = modules.length === 0 ? '' : ` --plugins ${modules.join(',')}`
  return `Run it with: pars run --genesis ${file}${plugins}`
}
