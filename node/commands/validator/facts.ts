import process from 'node:process'

import { hex } from '#base'
import type { SigningKey } from '#crypto'
import { type Genesis, proveValidator } from '#genesis'

import { openNodeKey } from '../../consensus/node-key.ts'
import { isDraft } from '../../consensus/validator-key.ts'
import type { KeyFile } from '../../keystore.ts'

/**
 * Prints a validator's keys as a genesis names them, with the proof that one of the draft's chain id and
 * salt needs. Makes the node's key if there is none.
 */
export async function printValidator(
  { file, keystore }: KeyFile,
  key: SigningKey,
  { data, json }: { readonly data: string; readonly json: boolean },
  draft?: Genesis,
): Promise<void> {
  const nodeKey = await openNodeKey(data)
  const peerId = nodeKey.peerId.toString()
  const { address: account } = keystore
  const proof = draft && hex(proveValidator(key, draft, { account, peerId }))
  const entry = {
    account: hex(account),
    publicKey: hex(key.publicKey),
    stake: 1,
    peerId,
    ...(proof === undefined ? {} : { proof }),
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
${proof === undefined ? 'With --draft it prints what a genesis says of it.' : `For pars genesis add-validator:\n${JSON.stringify(entry)}`}
`)
}
