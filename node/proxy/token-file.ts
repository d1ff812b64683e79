/** The token of a running proxy, where tools of its owner find it. */
import { rm } from 'node:fs/promises'
import path from 'node:path'

import { utf8 } from '#base'

import { makePrivateFolder, readPrivate, writePrivate } from '../private-file.ts'
import { systemRandom } from '../random.ts'

const tokenSize = 32

/** 256 bits, in hexadecimal. */
export function newToken(): string {
  return systemRandom.bytes(tokenSize).toHex()
}

/**
 * Writes the token, for its owner alone, and gives the file. One that a proxy left behind on this port
 * goes: the port is ours now. Throws `NODE_FILE`.
 */
export async function writeTokenFile(folder: string, port: number, token: string): Promise<string> {
  await makePrivateFolder(folder)
  const file = path.join(folder, `proxy-${port}.token`)
  await rm(file, { force: true })
  await writePrivate(file, utf8(`${token}\n`))
  return file
}

/** Unless it is another proxy's by now. */
export async function removeTokenFile(file: string, token: string): Promise<void> {
  const found = await readPrivate(file, 2 * tokenSize + 1).catch(() => new Uint8Array(0))
  if (new TextDecoder().decode(found).trim() === token) await rm(file, { force: true })
}
