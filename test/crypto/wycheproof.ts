import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const vectors = process.env['PARS_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors')
const folder = join(vectors, 'wycheproof')

export interface Group<Test> {
  readonly publicKey?: string | null
  readonly privateSeed?: string
  readonly privateKey?: string
  readonly privateKeyPkcs8?: string
  readonly tests: readonly Test[]
}

export interface Case {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags?: readonly string[]
}

/** Why the vectors can't be read, for the suite's title, or undefined. */
export const absent = existsSync(folder) ? undefined : ` (no vectors in ${folder})`

export function groups<Test extends Case>(file: string): readonly Group<Test>[] {
  const { testGroups } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    testGroups: Group<Test>[]
  }
  return testGroups
}

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(text)
}

/** The answer of an engine that throws at what it refuses. */
export function orUndefined<Value>(attempt: () => Value): Value | undefined {
  try {
    return attempt()
  } catch {
    return undefined
  }
}

/**
 * PKCS #8 of a private key in its expanded form alone.
 *
 * @param arcs Of the algorithm, below 2.16.840.1.101.3.
 * @see RFC 9881 §6, RFC 9935 §6
 */
export function expandedPkcs8(arcs: readonly number[], key: Uint8Array): Buffer {
  const identifier = der(0x06, Buffer.from([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, ...arcs]))
  const inner = der(0x04, der(0x04, Buffer.from(key)))
  return der(0x30, Buffer.concat([der(0x02, Buffer.from([0])), der(0x30, identifier), inner]))
}

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
