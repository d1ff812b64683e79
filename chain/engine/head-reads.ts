import type { AsyncReads, BlockRef } from '../port.ts'
import { entriesOf } from '../reads/index.ts'
import type { StateSource } from '../state/index.ts'

/**
 * `others`, but single entries of the head are read here and now: a few microseconds, where asking a
 * reader thread takes many times that.
 *
 * @param head The state of the head that the main thread knows; what is read of it is read before
 * anything is awaited.
 */
export function readingHeadHere(others: AsyncReads, head: () => StateSource): AsyncReads {
  const here: Pick<AsyncReads, 'balance' | 'nonce' | 'storage'> = {
    balance: (address, at) =>
      isHead(at) ? entriesOf.balance(head(), address) : others.balance(address, at),
    nonce: (address, at, nonceKey) =>
      isHead(at) ? entriesOf.nonce(head(), address, nonceKey) : others.nonce(address, at, nonceKey),
    storage: (address, slot, at) =>
      isHead(at) ? entriesOf.storage(head(), address, slot) : others.storage(address, slot, at),
  }
  return new Proxy(others, {
    get: (target, name: keyof AsyncReads) =>
      Object.hasOwn(here, name) ? here[name as keyof typeof here] : target[name],
  })
}

function isHead(at: BlockRef): boolean {
  return at === 'latest' || at === 'safe' || at === 'pending'
}
