import { type Clock, hex } from '#base'
import type { ListedTransaction } from '#chain'

import { JsonText } from '../json-text.ts'
import { limits } from '../limits.ts'
import { quantity } from './quantity.ts'

type Write = (transaction: ListedTransaction) => unknown

/** JSON of what a pool holds, in pieces, so that others get in between. */
class PoolText {
  readonly #write: Write
  readonly #clock: Clock
  #bytes = 0

  constructor(write: Write, clock: Clock) {
    this.#write = write
    this.#clock = clock
  }

  /** By place, without the braces. */
  async places(listed: readonly ListedTransaction[]): Promise<string> {
    let text = ''
    for (const transaction of listed) {
      if (this.#bytes >= limits.renderBytes.value) {
        await new Promise<void>((resolve) => this.#clock.after(0, resolve))
        this.#bytes = 0
      }
      if (text !== '') text += ','
      text += `"${placeOf(transaction)}":${JSON.stringify(this.#write(transaction))}`
      this.#bytes += transaction.wire.length
    }
    return text
  }

  /** By sender, then by place. */
  async senders(listed: readonly ListedTransaction[]): Promise<string> {
    let text = ''
    for (const [sender, own] of Map.groupBy(listed, (one) => hex(one.sender))) {
      if (text !== '') text += ','
      text += `"${sender}":{${await this.places(own)}}`
    }
    return text
  }
}

/**
 * What the pool holds, by sender, then by place: `pending` can run now, `queued` waits for a nonce
 * that is missing.
 */
export function renderPool(
  listed: readonly ListedTransaction[],
  write: Write,
  clock: Clock,
): Promise<JsonText> {
  const text = new PoolText(write, clock)
  return inParts(listed, (part) => text.senders(part))
}

/** What it holds of one sender, by place alone. */
export function renderPoolOf(
  listed: readonly ListedTransaction[],
  write: Write,
  clock: Clock,
): Promise<JsonText> {
  const text = new PoolText(write, clock)
  return inParts(listed, (part) => text.places(part))
}

async function inParts(
  listed: readonly ListedTransaction[],
  write: (part: readonly ListedTransaction[]) => Promise<string>,
): Promise<JsonText> {
  const part = (isExecutable: boolean) =>
    write(listed.filter((transaction) => transaction.isExecutable === isExecutable))
  return new JsonText(`{"pending":{${await part(true)}},"queued":{${await part(false)}}}`)
}

/**
 * The nonce in decimal, as tools of Ethereum read it. Other lanes than 0 have the same nonces, so
 * theirs stand behind the nonceKey: `0x2a:0`.
 */
function placeOf({ nonceKey, nonce }: ListedTransaction): string {
  return nonceKey === 0n ? `${nonce}` : `${quantity(nonceKey)}:${nonce}`
}
