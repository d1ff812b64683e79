import process from 'node:process'

import { type Command, Option } from 'commander'

import { listPips, type PipStatus, pipStatuses, type PipSummary } from '#governance'
import type { StateCall } from '#precompiles'

import { presentOf } from '../../governance/present.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addPageOptions, addRpcOptions, type RpcFlags } from '../arguments.ts'
import { plainText } from '../printing.ts'

interface ListFlags extends RpcFlags {
  readonly status?: PipStatus
  readonly start: bigint
  readonly most: bigint
}

type Listed = Pick<PipSummary, 'author' | 'number' | 'revision' | 'status' | 'title'>

export function configure(command: Command): void {
  command
    .addOption(new Option('--status <status>', 'those alone').choices(pipStatuses))
    .addHelpText(
      'after',
      `
In the order in which numbers were taken. For example: pars pip list --status Voting`,
    )
  addRpcOptions(addPageOptions(command)).action(async (flags: ListFlags) => {
    const { call } = await presentOf(new RpcClient(flags.rpc))
    const found = await pipsOf(call, flags)
    for (const { number, status, title } of flags.json ? [] : found) {
      const name = `PIP-${number}`.padEnd(8)
      process.stdout.write(`${name} ${status.padEnd(11)} ${plainText(title)}\n`)
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(found)}\n`)
    else if (found.length === 0) process.stdout.write('no PIPs\n')
  })
}

const page = 100

async function pipsOf(
  call: StateCall,
  { status, start, most }: Pick<ListFlags, 'most' | 'start' | 'status'>,
): Promise<readonly Listed[]> {
  const found: Listed[] = []
  for (let from = Number(start); ; from += page) {
    const { pips } = await listPips(call, from, page)
    const chosen = pips.filter((pip) => status === undefined || pip.status === status)
    found.push(
      ...chosen.map(({ number, status: now, title, author, revision }) => {
        return { number, status: now, title, author, revision }
      }),
    )
    if (pips.length < page || found.length >= most) return found.slice(0, Number(most))
  }
}
