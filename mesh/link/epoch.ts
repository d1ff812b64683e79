import { concat } from '#base'
import { chaCha20Poly1305 } from '#crypto'

import { meshHash } from '../hash.ts'
import { derive, type LinkRole } from './derive.ts'
import { TicketChain, TicketWindow } from './resumption.ts'

const receiptBytes = 16

interface Keys {
  readonly cell: Uint8Array<ArrayBuffer>
  readonly receipt: Uint8Array<ArrayBuffer>
}

/** The keys of both directions from one ratchet to the next. */
export class Epoch {
  readonly number: number
  /** The lowest counter that was opened under these keys. */
  firstOpened: number | undefined
  readonly #secret: Uint8Array<ArrayBuffer>
  readonly #keys: Readonly<Record<LinkRole, Keys>>
  readonly #chains: Readonly<Record<LinkRole, TicketChain>>
  #window: TicketWindow | undefined

  /** @param secret 32 bytes; the epoch erases it when the next begins. */
  constructor(number: number, secret: Uint8Array<ArrayBuffer>) {
    this.number = number
    this.#secret = secret
    const keysOf = (role: LinkRole): Keys => ({
      cell: derive(secret, `cell ${role}`, 32),
      receipt: derive(secret, `receipt ${role}`, 32),
    })
    this.#keys = { initiator: keysOf('initiator'), responder: keysOf('responder') }
    this.#chains = {
      initiator: new TicketChain(derive(secret, 'resume initiator', 32)),
      responder: new TicketChain(derive(secret, 'resume responder', 32)),
    }
  }

  /** To resume from these keys, always the same. They outlive the epoch. */
  offering(own: LinkRole): TicketChain {
    return this.#chains[own]
  }

  /** Those that the other side may resume by, always the same. They outlive the epoch. */
  awaited(peer: LinkRole): TicketWindow {
    this.#window ??= new TicketWindow(this.#chains[peer])
    return this.#window
  }

  seal(
    sender: LinkRole,
    counter: number,
    associated: Uint8Array,
    plaintext: Uint8Array,
  ): Uint8Array<ArrayBuffer> {
    return chaCha20Poly1305.seal(this.#keys[sender].cell, nonce(counter), plaintext, associated)
  }

  /** Throws `CRYPTO_OPEN_FAILED`. */
  open(
    sender: LinkRole,
    counter: number,
    associated: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array<ArrayBuffer> {
    return chaCha20Poly1305.open(this.#keys[sender].cell, nonce(counter), sealed, associated)
  }

  /** What only the two can say about a cell of `sender`, and only its reader would. */
  receipt(sender: LinkRole, counter: number): Uint8Array<ArrayBuffer> {
    return meshHash('receipt', receiptBytes, this.#keys[sender].receipt, uint64(counter))
  }

  /** @param shared The secret of an encapsulation. @param transcript 32 bytes. */
  next(shared: Uint8Array, transcript: Uint8Array): Epoch {
    const secret = derive(concat(this.#secret, shared), 'ratchet', 32, transcript)
    this.#secret.fill(0)
    return new Epoch(this.number + 1, secret)
  }

  /** Nothing more is sealed by `sender`: what it sealed can't be read with what it still holds. */
  endSealing(sender: LinkRole): void {
    this.#keys[sender].cell.fill(0)
    this.#keys[sender].receipt.fill(0)
  }

  erase(): void {
    this.#secret.fill(0)
    this.endSealing('initiator')
    this.endSealing('responder')
  }
}

function nonce(counter: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chaCha20Poly1305.nonceBytes)
  new DataView(bytes.buffer).setBigUint64(4, BigInt(counter))
  return bytes
}

function uint64(counter: number): Uint8Array<ArrayBuffer> {
  return nonce(counter).subarray(4)
}
