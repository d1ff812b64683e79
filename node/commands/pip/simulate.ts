import process from 'node:process'

import type { Command } from 'commander'

import { Fault } from '#base'
import { type Call, parsePip } from '#governance'

import { plainValue } from '../../governance/abi.ts'
import { callsIn } from '../../governance/actions.ts'
import { soundFile } from '../../governance/files.ts'
import { pipOf, type Present, presentOf } from '../../governance/present.ts'
import { simulate, type Simulation, type SimulatedEvent } from '../../governance/simulation.ts'
import type { Change } from '../../governance/state-changes.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from '../arguments.ts'
import { plainText } from '../printing.ts'
import { numberOf } from './arguments.ts'

export function configure(command: Command): void {
  command.argument('<pip>', 'its number, or the file of a draft', pipOrFile).addHelpText(
    'after',
    `
Runs all actions through the Timelock on the state of the newest block, as if they had been voted for.
Changes of storage need a node that offers debug_traceCall. For example:
  pars pip simulate 42
  pars pip simulate PIPs/pip-0042-a-larger-block.md`,
  )
  addRpcOptions(command).action(async (source: number | string, flags: RpcFlags) => {
    const present = await presentOf(new RpcClient(flags.rpc))
    const { number, calls } = await callsOf(present, source)
    const simulation = await simulate(present, number, calls)
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(number, simulation))}\n`)
    else process.stdout.write(textOf(simulation))
    if (simulation.failure === undefined) return
    throw new Fault(
      { code: 'NODE_PIP_FAILS', number, ...simulation.failure },
      'nothing of it would be done: correct the action, or what it waits for',
    )
  })
}

function pipOrFile(text: string): number | string {
  return text.endsWith('.md') ? text : numberOf(text)
}

async function callsOf(
  present: Present,
  source: number | string,
): Promise<{ readonly number: number; readonly calls: readonly Call[] }> {
  if (typeof source === 'number') {
    return { number: source, calls: (await pipOf(present, source)).actions }
  }
  const content = await soundFile(source)
  return { number: parsePip(content).number, calls: callsIn(content) }
}

function jsonOf(number: number, { failure, gasUsed, actions, changes }: Simulation): object {
  return {
    number,
    succeeds: failure === undefined,
    failure: failure ?? null,
    gasUsed: Number(gasUsed),
    actions: actions.map(({ action, events }) => ({
      action,
      events: events.map(({ contract, event, values }) => ({
        contract,
        event: event ?? null,
        values: plainValue(values),
      })),
    })),
    changes:
      changes?.map(({ balance, ...change }) => ({
        ...change,
        balance: balance === undefined ? null : balance.map(String),
      })) ?? null,
  }
}

function textOf({ failure, gasUsed, actions, changes }: Simulation): string {
  if (failure !== undefined) return ''
  const lines = [
    `succeeds, gas used ${gasUsed}`,
    ...actions.flatMap(({ action, events }) => [action, ...events.map(eventText)]),
    ...(changes === undefined ? ['the node offers no debug_traceCall: no changes are shown'] : []),
    ...(changes ?? []).flatMap(changeLines),
  ]
  return lines.map((line) => `${plainText(line)}\n`).join('')
}

function eventText({ contract, event, values }: SimulatedEvent): string {
  return `  ${contract} ${event ?? 'log'} ${JSON.stringify(values, readable)}`
}

/** Words that are names read better as such. */
function readable(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  const [, digits] =
    (typeof value === 'string' && /^0x((?:2[1-9a-f]|[3-7][0-9a-f])+?)(?:00)+$/.exec(value)) || []
  return digits === undefined || String(value).length !== 66
    ? value
    : Buffer.from(digits, 'hex').toString('latin1')
}

function changeLines({ account, balance, isDeployed, storage }: Change): readonly string[] {
  return [
    account,
    ...(isDeployed ? ['  gets code'] : []),
    ...(balance === undefined ? [] : [`  balance ${balance[0]} -> ${balance[1]} wei`]),
    ...storage.map(({ slot, before, after }) => `  ${slot}: ${before} -> ${after}`),
  ]
}
