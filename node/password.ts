import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

import { Fault } from '#base'
import { limits } from '#identity'

import { readPrivate } from './private-file.ts'

export interface PasswordSource {
  /** Its first line is the password; a terminal is asked unless given. */
  readonly file: string | undefined
  /** What the terminal is asked. */
  readonly question: string
  /** Asked twice, so that a slip of the finger doesn't lock a new key away. */
  readonly isNew?: boolean
}

/** Throws `NODE_PASSWORD_SOURCE`, `NODE_PASSWORD_MISMATCH`, `NODE_FILE` and `NODE_FILE_EXPOSED`. */
export async function readPassword({ file, question, isNew }: PasswordSource): Promise<string> {
  if (file !== undefined) return firstLine(await readPrivate(file, limits.passwordBytes.value + 2))
  if (!process.stdin.isTTY) {
    throw new Fault(
      { code: 'NODE_PASSWORD_SOURCE' },
      'there is no terminal to ask for the password: name a file that holds it with --password-file, for a validator’s key with --validator-password-file',
    )
  }
  const password = await askHidden(`${question}: `)
  if (isNew !== true || (await askHidden('The same again: ')) === password) return password
  throw new Fault({ code: 'NODE_PASSWORD_MISMATCH' }, 'the two differ: nothing was written')
}

function firstLine(bytes: Uint8Array): string {
  const [line = ''] = new TextDecoder().decode(bytes).split(/\r?\n/)
  return line
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question)
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
  const { promise, reject } = Promise.withResolvers<never>()
  const give = (): void => {
    reject(new Fault({ code: 'NODE_PASSWORD_SOURCE' }, 'no password was given: nothing was done'))
  }
  terminal.on('SIGINT', give).on('close', give)
  try {
    return await Promise.race([terminal.question(''), promise])
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
