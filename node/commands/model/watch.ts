import { readdir } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'

import type { Command } from 'commander'

import { isFault, silent } from '#base'

import { systemClock } from '../../clock.ts'
import { reasonOf } from '../../files.ts'
import { isBuilt } from '../../models/built.ts'
import { unusableFile } from '../../models/faults.ts'
import { limits } from '../../models/limits.ts'
import { modelsAt, Watcher } from '../../models/watcher.ts'
import { looks } from '../polling.ts'
import { plainText } from '../printing.ts'
import { addFromOptions, type FromFlags, openSender } from '../sending.ts'
import { stopSignal } from '../stop-signal.ts'

interface WatchFlags extends FromFlags {
  readonly models: string
  readonly defend: boolean
}

export function configure(command: Command): void {
  command
    .requiredOption('--models <folder>', 'with a folder of `pars model build` for each model')
    .option('--defend', 'answer challenges to the account’s own claims, and settle them', false)
    .addHelpText(
      'after',
      `
Runs until it is stopped, through restarts of the node and its own: what is left to do stands on the
chain. The account needs the bond of each challenge.`,
    )
  addFromOptions(command).action(watch)
}

async function watch(flags: WatchFlags): Promise<void> {
  const tell = teller(flags.json)
  const models = await modelsAt(await placesIn(flags.models), tell)
  const sender = await openSender(flags)
  const watcher = new Watcher(sender, { models, defends: flags.defend, tell })
  let signal: string | undefined
  void stopSignal(silent, systemClock).then((name) => (signal = name))
  tell('watching')
  await looks(limits.pollTime.value, async () => {
    await watcher.look().catch((error: unknown) => {
      if (!isFault(error, 'NODE_UNREACHABLE')) throw error
      tell(error.message)
    })
    return signal
  })
}

async function placesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder)
    return names
      .map((name) => path.join(folder, name))
      .filter((place) => place.endsWith('.onnx') || isBuilt(place))
  } catch (error) {
    throw unusableFile(folder, reasonOf(error))
  }
}

/** On standard output: what a watcher did is its result. */
function teller(json: boolean): (step: string) => void {
  return (step) => {
    process.stdout.write(json ? `${JSON.stringify({ step })}\n` : `${plainText(step)}\n`)
  }
}
