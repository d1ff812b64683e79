import process from 'node:process'

import { type Command, Option } from 'commander'

import { type Hex, plainFacts } from '#base'
import type { Claim } from '#precompiles'

import { claimOf, challengeOf } from '../../models/claims.ts'
import { idsOf } from '../../models/contracts.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addPageOptions, addRpcOptions, hashOf, type RpcFlags } from '../arguments.ts'

interface ClaimsFlags extends RpcFlags {
  readonly model?: Hex
  readonly status?: Claim['status']
  readonly start: bigint
  readonly most: bigint
}

export function configure(command: Command): void {
  command
    .argument('[claim]', 'one alone, with its challenges', hashOf)
    .option('--model <id>', 'about one model alone', hashOf)
    .addOption(
      new Option('--status <status>', 'of one status alone').choices([
        'open',
        'settled',
        'refuted',
      ]),
    )
  addRpcOptions(addPageOptions(command)).action(async (id: Hex | undefined, flags: ClaimsFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const found = id === undefined ? await claimsOf(rpc, flags) : [await whole(rpc, id)]
    if (flags.json) process.stdout.write(`${JSON.stringify(id === undefined ? found : found[0])}\n`)
    else process.stdout.write(found.map(lines).join('') || 'no claims\n')
  })
}

type Found = Readonly<Record<string, unknown>>

async function claimsOf(rpc: RpcClient, flags: ClaimsFlags): Promise<readonly Found[]> {
  const { model, status, start, most } = flags
  const found: Found[] = []
  for await (const id of idsOf(rpc, 'claims', Number(start))) {
    if (found.length >= most) break
    const claim = await claimOf(rpc, id)
    const isWanted =
      (model === undefined || claim.model === model) &&
      (status === undefined || claim.status === status)
    if (isWanted) found.push(factsOf(claim))
  }
  return found
}

async function whole(rpc: RpcClient, id: Hex): Promise<Found> {
  const claim = await claimOf(rpc, id)
  const disputes: Found[] = []
  for (let number = 1; number <= claim.challenges; number++) {
    const { since, ...facts } = await challengeOf(rpc, id, number)
    disputes.push(plainFacts({ ...facts, ...since }))
  }
  return { ...factsOf(claim), disputes }
}

function factsOf({ since, ...facts }: Claim): Found {
  return plainFacts({ ...facts, ...since })
}

function lines(claim: Found): string {
  const head = `${String(claim['id'])} ${String(claim['status'])}, model ${String(claim['model'])}`
  const body = `  by ${String(claim['claimant'])}, bond ${String(claim['bond'])} wei, block ${String(claim['height'])}`
  const disputes = (claim['disputes'] ?? []) as readonly Found[]
  const rest = disputes.map(({ number, status, turn, level, index, challenger }) => {
    const place =
      status === 'open' ? `, to ${String(turn)} at level ${String(level)}, ${String(index)}` : ''
    return `  challenge ${String(number)} by ${String(challenger)}: ${String(status)}${place}\n`
  })
  const open = Number(claim['open'])
  const disputed = open > 0 ? `, ${open} undecided challenges` : ''
  return `${head}\n${body}${disputed}\n${rest.join('')}`
}
