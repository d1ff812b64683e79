import process from 'node:process'

import type { Command } from 'commander'

import { hex, unhex } from '#base'
import { systemContracts } from '#contracts'
import { keccak256 } from '#crypto'
import { formatGenesis, type Genesis, genesisAllocation, genesisHash } from '#genesis'

import { genesisOf, genesisSource } from '../../genesis-source.ts'
import { addJsonOption } from '../arguments.ts'

interface ShowFlags {
  readonly hash: boolean
  readonly contracts: boolean
  readonly json: boolean
}

export function configure(command: Command): void {
  command
    .argument('<source>', genesisSource)
    .option('--hash', 'print the network id alone', false)
    .option('--contracts', 'print where system contracts stand, and keccak256 of their code', false)
  addJsonOption(command).action(async (source: string, flags: ShowFlags) => {
    const genesis = await genesisOf(source)
    process.stdout.write(textOf(genesis, flags))
  })
}

function textOf(genesis: Genesis, { hash, contracts, json }: ShowFlags): string {
  if (contracts) return contractsText(genesis, json)
  if (!hash) return formatGenesis(genesis)
  const id = hex(genesisHash(genesis))
  return json ? `${JSON.stringify({ networkId: id })}\n` : `${id}\n`
}

function contractsText(genesis: Genesis, json: boolean): string {
  const { accounts } = genesisAllocation(genesis)
  const code = new Map(accounts.map((account) => [hex(account.address), account.code]))
  const rows = systemContracts.map(({ contractName: name, address }) => {
    return { name, address, codeHash: hex(keccak256(code.get(address) ?? unhex('0x'))) }
  })
  if (json) return `${JSON.stringify(rows)}\n`
  const lines = rows.map(({ name, address, codeHash }) => {
    return `${name.padEnd(16)} ${address} ${codeHash}\n`
  })
  return lines.join('')
}
