import type { Command } from 'commander'

import { Fault, type Hex, hex } from '#base'

import { openRegistered } from '../../models/built.ts'
import { claimMadeBy } from '../../models/claims.ts'
import { defend, ledgerOf } from '../../models/disputes.ts'
import { claimPartsOf, witnessOf } from '../../models/inference.ts'
import { limits } from '../../models/limits.ts'
import { claimCall, Claimant } from '../../models/parties.ts'
import { modelOf, termsOf } from '../../models/registry.ts'
import { inputOf, readingOf } from '../../models/values.ts'
import { RpcClient } from '../../rpc-client.ts'
import { amountOf, hashOf } from '../arguments.ts'
import { looks } from '../polling.ts'
import { print, progress } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { addInputOptions, type InputFlags } from './options.ts'

interface ClaimFlags extends FromFlags, InputFlags {
  readonly model: string
  readonly bond?: bigint
  readonly follow: boolean
}

export function configure(command: Command): void {
  command
    .argument('<id>', 'of the registered model', hashOf)
    .requiredOption('--model <model>', 'the folder or the file that it was registered from')
    .option('--bond <tokens>', 'the least that the model asks for unless given', amountOf)
    .option('--follow', 'answer challenges until the claim is settled or refuted', false)
    .addHelpText(
      'after',
      `
A claim that nobody answers for falls to the first challenge: follow it, or let pars model watch
--defend do so.`,
    )
  addFromOptions(addInputOptions(command)).action(claim)
}

async function claim(id: Hex, flags: ClaimFlags): Promise<void> {
  const tell = progress(flags.json)
  const rpc = new RpcClient(flags.rpc)
  const [model, terms] = [await modelOf(rpc, id), await termsOf(rpc, id)]
  if (model.kind !== 'committed') {
    throw new Fault(
      { code: 'MODEL_KIND', id, kind: model.kind },
      'contracts run it: ask pars model run --id',
    )
  }
  const built = await openRegistered(flags.model, model)
  const input = await inputOf(flags.input, built.program, flags.real)
  tell('computing')
  const witness = witnessOf(built, input)
  const parts = claimPartsOf(witness)
  const least = terms.bond > 0n ? terms.bond : 1n
  const sender = await openSender(flags)
  const bond = flags.bond ?? least
  const receipt = await sender.send(claimCall({ model: id, input, ...parts }, bond))
  const made = await claimMadeBy(rpc, receipt.transactionHash)
  const reading = readingOf(built.program, parts.output)
  const facts = { claim: made, bond, trace: hex(parts.traceTop), ...reading }
  if (!flags.follow) return print(flags.json, { ...facts, status: 'open' })
  tell(`claim ${made}`)
  const [ledger, claimant] = [ledgerOf(sender), new Claimant(witness)]
  const status = await looks(limits.pollTime.value, async () => {
    const { status: now } = await defend(ledger, claimant, made, tell)
    return now === 'open' ? undefined : now
  })
  print(flags.json, { ...facts, status })
  if (status === 'settled') return
  throw new Fault({ code: 'MODEL_REFUTED', claim: made }, 'a challenge was won: its bond is lost')
}
