import process from 'node:process'

import type { Command } from 'commander'

import { readPipText } from '#governance'

import { differencesOf } from '../../governance/actions.ts'
import { pipOf, type Present, presentOf, unknown } from '../../governance/present.ts'
import { stepsOf } from '../../governance/steps.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, type RpcFlags, wholeOf } from '../arguments.ts'
import { addNumber } from './arguments.ts'
import { type Shown, shownJson, shownText } from './standing.ts'

interface ShowFlags extends RpcFlags {
  readonly text: boolean
  readonly revision?: bigint
}

export function configure(command: Command): void {
  addNumber(command)
    .option('--text', 'print the Markdown alone', false)
    .option('--revision <number>', 'of which --text is: the current one unless given', wholeOf)
    .addHelpText(
      'after',
      `
The Markdown is held against the hash that the vote is about. For example:
  pars pip show 42 --text > pip-0042.md`,
    )
  addRpcOptions(command).action(show)
}

async function show(number: number, flags: ShowFlags): Promise<void> {
  const present = await presentOf(new RpcClient(flags.rpc))
  if (flags.text) {
    const content = await textOf(present, number, flags.revision)
    process.stdout.write(process.stdout.isTTY ? visible(content) : content)
    return
  }
  const pip = await pipOf(present, number)
  const content = await textOf(present, number)
  const differences = differencesOf(pip, content)
  const shown: Shown = { pip, now: present.now, differences, steps: stepsOf(pip) }
  if (flags.json) process.stdout.write(`${JSON.stringify(shownJson(shown))}\n`)
  else process.stdout.write(shownText(shown))
}

async function textOf({ call }: Present, number: number, revision?: bigint): Promise<Uint8Array> {
  const wanted = revision === undefined ? undefined : Number(revision)
  return (await readPipText(call, number, wanted))?.content ?? unknown(number)
}

/** A stranger's text on a terminal: nothing in it moves the cursor or hides a line. */
function visible(content: Uint8Array): string {
  return new TextDecoder().decode(content).replaceAll(/[^\n\P{C}]/gu, '')
}
