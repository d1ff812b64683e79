import path from 'node:path'
import process from 'node:process'

import { type Command, InvalidArgumentError, Option } from 'commander'

import { addJsonOption } from '../arguments.ts'
import { addPluginsOption } from '../precompile/options.ts'

/** What the commands about a data folder have in common. */
export interface DataFlags {
  readonly data: string
  readonly plugins: readonly string[]
  readonly project: string
  readonly json: boolean
}

export function addDataOptions(command: Command, description: string): Command {
  const folder = new Option('--data <folder>', description)
    .env('PARS_DATA')
    .argParser((text) => path.resolve(text))
    .makeOptionMandatory()
  return addJsonOption(
    addPluginsOption(command.addOption(folder)).option(
      '--project <folder>',
      'whose node_modules has the packages of third-party precompiles',
      '.',
    ),
  )
}

export function heightOf(text: string): bigint {
  if (/^\d{1,15}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('Give the number of a block.')
}

/** One line on a terminal that changes as the work goes on; nothing elsewhere. */
export class Progress implements Disposable {
  readonly #isShown: boolean
  #last = 0
  #shown = false

  constructor(json: boolean) {
    this.#isShown = !json && process.stderr.isTTY
  }

  show(text: () => string): void {
    if (!this.#isShown || performance.now() - this.#last < 200) return
    this.#last = performance.now()
    this.#shown = true
    process.stderr.write(`\r${text()}\u001b[K`)
  }

  [Symbol.dispose](): void {
    if (this.#shown) process.stderr.write('\r\u001b[K')
  }
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
