import { type Clock, hex } from '#base'
import type { ListedTransaction } from '#chain'

import { JsonText } from '../json-text.ts'
import { limits } from '../limits.ts'
import { quantity } from './quantity.ts'

/**
 * What the pool holds, by sender, then by place: `pending` can run now, `queued` waits for a nonce
 * that is missing. Written in pieces, so that others get in between.
 */
export async function renderPool(
  listed: readonly ListedTransaction[],
  write: (transaction: ListedTransaction) => unknown,
  clock: Clock,
): Promise<JsonText> {
  const part = async (isExecutable: boolean): Promise<string> => {
    let text = ''
    let sender: string | undefined
    let bytes = 0
    for (const transaction of listed) {
      if (transaction.isExecutable !== isExecutable) continue
      if (bytes >= limits.renderBytes.value) {
        await new Promise<void>((resolve) => clock.after(0, resolve))
        bytes = 0
      }
      const from = hex(transaction.sender)
      if (from === sender) text += ','
      else text += `${sender === undefined ? '' : '},'}"${from}":{`
      text += `"${placeOf(transaction)}":${JSON.stringify(write(transaction))}`
      sender = from
      bytes += transaction.wire.length
    }
    return sender === undefined ? '{}' : `{${text}}}`
  }
  return new JsonText(`{"pending":${await part(true)},"queued":${await part(false)}}`)
}

/**
 * The nonce in decimal, as tools of Ethereum read it. Other lanes than 0 have the same nonces, so
 * theirs stand behind the nonceKey: `0x2a:0`.
 */
export function placeOf({ nonceKey, nonce }: ListedTransaction): string {
  return nonceKey === 0n ? `${nonce}` : `${quantity(nonceKey)}:${nonce}`
}
