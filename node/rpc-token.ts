import { rm } from 'node:fs/promises'
import path from 'node:path'

import { utf8 } from '#base'

import { writePrivate } from './private-file.ts'
import { newToken, removeTokenFile } from './proxy/token-file.ts'

/** The token of a running node. Dispose of it to remove its file. */
export interface RpcToken extends AsyncDisposable {
  readonly token: string
  readonly file: string
}

/**
 * Puts a new token into the data folder, for its owner alone, in the place of one that a node left
 * behind. Throws `NODE_FILE`.
 */
export async function openRpcToken(data: string): Promise<RpcToken> {
  const file = path.join(data, 'rpc-token')
  const token = newToken()
  await rm(file, { force: true })
  await writePrivate(file, utf8(`${token}\n`))
  return { token, file, [Symbol.asyncDispose]: () => removeTokenFile(file, token) }
}
