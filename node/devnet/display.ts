/** What `pars devnet` shows: lines for people, or one JSON object a line for programs. */
import process from 'node:process'

import { hex } from '#base'
import { genesisHash } from '#genesis'

import { accountsText } from '../accounts-text.ts'
import type { Devnet } from './build.ts'
import type { Ending, ValidatorProcess } from './processes.ts'
import { type Agreement, lineOf, type Seen } from './watch.ts'

export interface Display {
  ready(devnet: Devnet, processes: readonly ValidatorProcess[]): void
  /** Once a second. */
  seen(seen: readonly (Seen | undefined)[]): void
  /** A validator has ended that nobody stopped here. */
  ended(validator: number, process: ValidatorProcess, ending: Ending): void
  compared(agreement: Agreement): void
}

export const jsonDisplay: Display = {
  ready({ folder, genesis }, processes) {
    printJson({
      folder,
      networkId: hex(genesisHash(genesis)),
      chainId: Number(genesis.chainId),
      validators: processes.map(({ pid, place }) => ({ pid, rpc: place.rpc, data: place.data })),
    })
  },
  seen: (seen) => printJson({ seen: seen.map((one) => one ?? null) }),
  ended: (validator, { pid }, ending) => printJson({ ended: { validator, pid, ...ending } }),
  compared: printJson,
}

/** Goes back to the start of the line and empties it. */
const anew = '\r\u001B[K'

export const textDisplay: Display = {
  ready: (devnet, processes) => print(welcome(devnet, processes)),
  seen(seen) {
    const { isTTY, columns } = process.stdout
    // A line as long as the terminal is wide would wrap, and stay.
    if (isTTY) print(`${anew}${lineOf(seen).slice(0, columns - 1)}`)
  },
  ended(validator, { place }, { code, signal }) {
    const how = signal === null ? `with exit code ${code}` : `by ${signal}`
    print(`${line()}validator ${validator} ended ${how}; the others go on: ${place.log}\n`)
  },
  compared: (agreement) => print(`${process.stdout.isTTY ? '\n' : ''}${verdict(agreement)}\n`),
}

function line(): string {
  return process.stdout.isTTY ? anew : ''
}

function print(text: string): void {
  process.stdout.write(text)
}

function printJson(value: object): void {
  print(`${JSON.stringify(value)}\n`)
}

function welcome({ folder, genesis }: Devnet, processes: readonly ValidatorProcess[]): string {
  const urls = processes.map(({ place }) => place.rpc)
  return `
Pars development network ready: ${processes.length} validators
  JSON-RPC   ${urls.join('  ')}
  chain id   ${genesis.chainId}
  network id ${hex(genesisHash(genesis))}
  folder     ${folder}

${accountsText(urls[0] ?? '', 'Each node signs')}
Ctrl-C stops it; what it acknowledged is kept. --reset begins anew.

`
}

function verdict({ height, isShared, hashes }: Agreement): string {
  const silent = hashes.filter((hash) => hash === null).length
  if (silent === hashes.length) return 'no validator answered'
  const missing = silent === 0 ? '' : `, ${silent} did not answer`
  return `${isShared ? 'all heads agree' : 'HEADS DIFFER'} at block ${height}${missing}`
}
