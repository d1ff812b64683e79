/** The file of a genesis document that a command changes. */
import { readFile } from 'node:fs/promises'

import { Fault } from '#base'
import { type Genesis, parseGenesis } from '#genesis'

import { reasonOf, replaceFile } from '../../files.ts'

/** Throws `GENESIS_UNREADABLE` and what `parseGenesis` throws. */
export async function readGenesis(file: string): Promise<Genesis> {
  try {
    return parseGenesis(await readFile(file, 'utf8'))
  } catch (error) {
    const { code } = error as { code?: string }
    if (error instanceof Fault || code === undefined) throw error
    throw new Fault(
      { code: 'GENESIS_UNREADABLE', file, reason: code },
      'name the file of a genesis document: pars init writes one',
    )
  }
}

/** Throws `NODE_FILE`. */
export async function replaceGenesis(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text)
  } catch (error) {
    const reason = reasonOf(error)
    throw new Fault({ code: 'NODE_FILE', file, reason }, 'make the file and its folder writable')
  }
}
