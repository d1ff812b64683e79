/** What several commands about models take on their line, and how they print. */
import process from 'node:process'
import { stripVTControlCharacters } from 'node:util'

import type { Command } from 'commander'

import { Fault, plainFacts } from '#base'

import { Sender } from '../../models/sender.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addSendingOptions, feesOf, type SendingFlags } from '../arguments.ts'
import { unlock } from '../unlock.ts'

export interface FromFlags extends SendingFlags {
  readonly from: string
}

export function addFromOptions(command: Command): Command {
  return addSendingOptions(
    command.requiredOption('--from <account>', 'address of a key, or its file'),
  )
}

/** Throws `NODE_USAGE` for a nonce: more than one transaction may follow. */
export async function openSender(flags: FromFlags): Promise<Sender> {
  if (flags.nonce !== undefined) {
    const reason = '--nonce is of one transaction, and this command may send several'
    throw new Fault({ code: 'NODE_USAGE', reason }, 'leave it out: the next ones are taken')
  }
  const rpc = new RpcClient(flags.rpc)
  const wallet = await unlock(flags.from, flags, rpc)
  return new Sender(rpc, wallet, { fees: feesOf(flags), seconds: flags.timeout })
}

export interface InputFlags {
  readonly input: string
  readonly real: boolean
}

export function addInputOptions(command: Command): Command {
  return command
    .requiredOption(
      '--input <values>',
      '0x…, [1, 2, …], or a file: of such a list (.json) or bytes',
    )
    .option('--real', 'the numbers are those that the model was trained on', false)
}

/** Steps for people, on standard error: standard output is the result’s. */
export function progress(json: boolean): (step: string) => void {
  return (step) => {
    if (!json) process.stderr.write(`${step}\n`)
  }
}

/** One JSON value, or a line for each fact. */
export function print(json: boolean, facts: object): void {
  const plain = plainFacts(facts)
  if (json) process.stdout.write(`${JSON.stringify(plain)}\n`)
  else process.stdout.write(table(plain))
}

/** Names and values in two columns. Texts of strangers are made fit for a terminal. */
function table(facts: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(facts).map(({ length }) => length))
  return Object.entries(facts)
    .map(([name, value]) => `${name.padEnd(width)}  ${plainText(value)}\n`)
    .join('')
}

export function plainText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return stripVTControlCharacters(text ?? '').replaceAll(/\p{Cc}+/gu, ' ')
}
