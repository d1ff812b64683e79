import { type Clock, hex } from '#base'
import type { ListedTransaction } from '#chain'

import { JsonText } from '../json-text.ts'
import { Pieces } from './pieces.ts'
import { quantity } from './quantity.ts'

type Write = (transaction: ListedTransaction) => unknown

/** JSON of what a pool holds. */
class PoolText {
  readonly #write: Write
  readonly #pieces: Pieces

  constructor(write: Write, clock: Clock) {
    this.#write = write
    this.#pieces = new Pieces(clock)
  }

  /** By place, without the braces. */
  async places(listed: readonly ListedTransaction[]): Promise<string> {
    let text = ''
    for (const transaction of listed) {
      const written = `"${placeOf(transaction)}":${JSON.stringify(this.#write(transaction))}`
      text += text === '' ? written : `,${written}`
      await this.#pieces.wrote(written.length)
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
