import process from 'node:process'

import { hex } from '#base'

import { openNodeKey } from '../../consensus/node-key.ts'
import { isDraft } from '../../consensus/validator-key.ts'
import type { KeyFile } from '../../keystore.ts'

/** Prints a validator's keys as a genesis names them. Makes the node's key if there is none. */
export async function printValidator(
  { file, keystore }: KeyFile,
  publicKey: Uint8Array,
  { data, json }: { readonly data: string; readonly json: boolean },
): Promise<void> {
  const { peerId } = await openNodeKey(data)
  const entry = {
    account: hex(keystore.address),
    publicKey: hex(publicKey),
    stake: 1,
    peerId: peerId.toString(),
  }
  const networkId = isDraft(keystore) ? undefined : hex(keystore.networkId)
  if (json) {
    process.stdout.write(`${JSON.stringify({ file, networkId, validator: entry })}\n`)
    return
  }
  process.stdout.write(`validator of ${entry.account}
  network id ${networkId ?? 'none yet'}
  peer id    ${entry.peerId}
  file       ${file}
For "validators" of a genesis:
${JSON.stringify(entry)}
`)
}
