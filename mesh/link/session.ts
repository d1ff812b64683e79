import { concat, empty, isFault, type Random } from '#base'

import { linkFault, malformed } from '../faults.ts'
import { meshHash } from '../hash.ts'
import { limits } from '../limits.ts'
import { linkContexts } from './contexts.ts'
import { derive, type LinkRole } from './derive.ts'
import { Epoch } from './epoch.ts'
import { chunkBytes, Ratchet, type Ratcheted } from './ratchet.ts'
import { nearestCounter, ReplayWindow } from './replay-window.ts'
import type { Resumption } from './resumption.ts'

const tagBytes = 16
const headerBytes = 2
/** The header's bits from the top: a chunk rides, the epoch is odd, the counter's lowest. */
const chunkFlag = 0x8000
const phaseFlag = 0x4000
const counterBits = 14
const counterMask = phaseFlag - 1
/** Cells between two that carry nothing but a ratchet that found no room for long. */
const ratchetPace = 16
/** That bring a whole key; what is lost of it follows in the next. */
const chunksPerCell = 37

/** Bytes of a sealed cell beside its plaintext. */
export const sealBytes = headerBytes + tagBytes

export interface SealedCell {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What the other side answers once it has opened the cell, 16 bytes: compare in constant time. */
  readonly receipt: Uint8Array<ArrayBuffer>
}

export interface OpenedCell {
  readonly plaintext: Uint8Array<ArrayBuffer>
  /** Proves to the sender that the cell was opened, 16 bytes. It goes as it is. */
  readonly receipt: Uint8Array<ArrayBuffer>
  /** That the session's resumption is another by now, to be kept. */
  readonly hasNewResumption: boolean
}

/** What is known of the other side when a session begins. */
export interface Standing {
  /** It holds the keys: what began the session was no replay. */
  readonly isConfirmed: boolean
  /** It has kept the session. */
  readonly isSettled: boolean
}

/**
 * The sealed half of a link. A cell is `header 2 | ciphertext | tag 16`: ChaCha20-Poly1305 under the
 * keys of its direction and epoch, the counter as nonce; direction, context and header are
 * authenticated. The header is masked by a hash of the tag, so that cells tell nothing of each other.
 *
 * @see RFC 8439 §2.8; RFC 9001 §5.4 on masking, §6 on keys that change by one bit of the header
 */
export class Session {
  readonly role: LinkRole
  readonly #peer: LinkRole
  readonly #masks: Readonly<Record<LinkRole, Uint8Array<ArrayBuffer>>>
  readonly #binding: Uint8Array<ArrayBuffer>
  readonly #window = new ReplayWindow()
  readonly #ratchet: Ratchet
  /** That cells are opened under, from the newest. */
  #epochs: Epoch[]
  /** That cells are sealed under. */
  #current: Epoch
  #counter = 0
  /** Sealed under the current epoch. */
  #sealed = 0
  /** Sealed and opened since the epoch began, and that when a cell last went for the ratchet alone. */
  #traffic = 0
  #ratchetedAt = 0
  #isConfirmed: boolean
  #isSettled: boolean
  #closed: Resumption | undefined

  /** @param root 32 bytes that no other session has. */
  constructor(role: LinkRole, root: Uint8Array, standing: Standing, random: Random) {
    this.role = role
    this.#peer = role === 'initiator' ? 'responder' : 'initiator'
    this.#masks = {
      initiator: derive(root, 'mask initiator', 32),
      responder: derive(root, 'mask responder', 32),
    }
    this.#binding = derive(root, 'binding', 32)
    this.#current = new Epoch(0, derive(root, 'epoch', 32))
    this.#epochs = [this.#current]
    this.#ratchet = new Ratchet(role, random)
    this.#isConfirmed = standing.isConfirmed
    this.#isSettled = standing.isSettled
  }

  /** 32 bytes that only the two sides of this very link know. Authentication is bound to it. */
  get binding(): Uint8Array<ArrayBuffer> {
    return this.#binding.slice()
  }

  /** Ratchets since the link began. */
  get epoch(): number {
    return this.#current.number
  }

  /** False at the responder until the initiator's first cell: its request may be a replay. */
  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  get isClosed(): boolean {
    return this.#closed !== undefined
  }

  /**
   * Keys to go on later, as they are now: to be kept from the start, and whenever a cell that was
   * opened says so. Throws `MESH_LINK`.
   */
  get resumption(): Resumption {
    if (!this.#isConfirmed) throw linkFault('unconfirmed')
    return this.#closed ?? this.#resumption()
  }

  /** Whether a cell for the ratchet alone should go: those with data had no room for it. */
  get isRatchetDue(): boolean {
    if (this.isClosed || !this.#isConfirmed || !this.#ratchet.isSending) return false
    if (this.#traffic < limits.linkCellsUnratcheted.value) return false
    return this.#traffic - this.#ratchetedAt >= ratchetPace
  }

  /**
   * @param context One of `linkContexts`, or another that both sides know.
   * @param capacity Bytes that the sealed cell may have: where they suffice, a chunk of the ratchet
   *   rides along.
   * @throws `MESH_LINK`
   */
  seal(context: number, plaintext: Uint8Array, capacity = 0): SealedCell {
    if (this.#sealed >= limits.linkCells.value) throw linkFault('exhausted')
    this.#checkSealing()
    const hasRoom = plaintext.length + sealBytes + chunkBytes <= capacity
    const chunk = hasRoom ? this.#ratchet.chunk() : undefined
    if (chunk === undefined) return this.#seal(context, plaintext, 0)
    return this.#seal(context, concat(plaintext, chunk), chunkFlag)
  }

  /**
   * A cell of context `ratchet` with as many chunks as fit. Undefined while it is the other side's
   * turn.
   *
   * @throws `MESH_LINK`
   */
  ratchet(capacity: number): SealedCell | undefined {
    this.#checkSealing()
    const most = Math.min(chunksPerCell, Math.floor((capacity - sealBytes) / chunkBytes))
    const chunks: Uint8Array[] = []
    while (chunks.length < most) {
      const chunk = this.#ratchet.chunk()
      if (chunk === undefined) break
      chunks.push(chunk)
    }
    if (chunks.length === 0) return undefined
    this.#ratchetedAt = this.#traffic
    return this.#seal(linkContexts.ratchet, concat(...chunks), 0)
  }

  /** The last cell; the keys are erased. Throws `MESH_LINK`. */
  close(): SealedCell {
    this.#checkSealing()
    const cell = this.#seal(linkContexts.close, empty, 0)
    this.erase()
    return cell
  }

  /** As `close`, without telling the other side. */
  erase(): void {
    if (this.isClosed) return
    this.#closed = this.#resumption()
    for (const epoch of this.#epochs) epoch.erase()
    this.#epochs = []
    this.#ratchet.restart()
  }

  /**
   * @returns Undefined for what was opened before or is too old to tell. Of the context `ratchet` the
   *   plaintext is empty; one of `close` closes.
   * @throws `MESH_MALFORMED` for what does not open; `MESH_LINK`
   */
  open(context: number, bytes: Uint8Array): OpenedCell | undefined {
    if (this.isClosed) throw linkFault('closed')
    if (bytes.length < sealBytes) throw malformed('link cell', 'it is too short')
    const header = unmasked(this.#masks[this.#peer], bytes)
    const expected = this.#window.highest + 1
    const counter = nearestCounter(expected, header & counterMask, counterBits)
    if (!this.#window.accepts(counter)) return undefined
    const [epoch, content] = this.#tryEpochs(context, header, counter, bytes)
    this.#window.mark(counter)
    this.#traffic++
    this.#isConfirmed = true
    this.#isSettled = true
    const [newest] = this.#epochs
    const isFirst = epoch.firstOpened === undefined
    epoch.firstOpened = Math.min(counter, epoch.firstOpened ?? counter)
    const receipt = epoch.receipt(this.#peer, counter)
    if (epoch.number > this.#current.number) this.#begin(epoch)
    this.#retire()
    const plaintext = this.#takeChunks(context, header, content, epoch)
    const hasNewResumption = isFirst || newest !== this.#epochs[0]
    if (context === linkContexts.close) this.erase()
    return { plaintext, receipt, hasNewResumption }
  }

  #resumption(): Resumption {
    const [newest = this.#current, before] = this.#epochs
    const epochs = [newest]
    if (newest.firstOpened === undefined && before !== undefined) epochs.push(before)
    return {
      offering: this.#current.offering(this.role),
      awaited: epochs.map((epoch) => epoch.awaited(this.#peer)),
      isSettled: this.#isSettled,
    }
  }

  #checkSealing(): void {
    if (this.isClosed) throw linkFault('closed')
    if (!this.#isConfirmed) throw linkFault('unconfirmed')
  }

  #seal(context: number, content: Uint8Array, flags: number): SealedCell {
    const counter = this.#counter++
    this.#sealed++
    this.#traffic++
    const phase = this.#current.number % 2 === 0 ? 0 : phaseFlag
    const header = flags | phase | (counter & counterMask)
    const associated = associatedData(this.role, context, header)
    const sealed = this.#current.seal(this.role, counter, associated, content)
    const mask = maskOf(this.#masks[this.role], sealed)
    const bytes = concat(uint16(header ^ mask), sealed)
    return { bytes, receipt: this.#current.receipt(this.role, counter) }
  }

  #tryEpochs(
    context: number,
    header: number,
    counter: number,
    bytes: Uint8Array,
  ): [Epoch, Uint8Array<ArrayBuffer>] {
    const associated = associatedData(this.#peer, context, header)
    const isOdd = (header & phaseFlag) !== 0
    for (const epoch of this.#epochs) {
      if ((epoch.number % 2 === 1) !== isOdd) continue
      try {
        const sealed = bytes.subarray(headerBytes)
        return [epoch, epoch.open(this.#peer, counter, associated, sealed)]
      } catch (error) {
        if (!isFault(error, 'CRYPTO_OPEN_FAILED')) throw error
      }
    }
    throw malformed('link cell', 'it does not open')
  }

  /** @returns What is left of `content`. */
  #takeChunks(
    context: number,
    header: number,
    content: Uint8Array<ArrayBuffer>,
    epoch: Epoch,
  ): Uint8Array<ArrayBuffer> {
    const hasChunk = (header & chunkFlag) !== 0
    const isRatchet = context === linkContexts.ratchet
    if (!hasChunk && !isRatchet) return content
    const start = isRatchet ? 0 : content.length - chunkBytes
    if (start < 0 || (content.length - start) % chunkBytes !== 0) {
      throw malformed('ratchet', 'its chunks are cut')
    }
    for (let at = start; at < content.length; at += chunkBytes) {
      // A chunk belongs to the ratchet out of the epoch that its cell is sealed under.
      if (epoch !== this.#current) break
      const outcome = this.#ratchet.heard(content.subarray(at, at + chunkBytes))
      if (outcome !== undefined) this.#ratcheted(outcome)
    }
    return content.slice(0, start)
  }

  #ratcheted({ shared, transcript }: Ratcheted): void {
    const next = this.#current.next(shared, transcript)
    shared.fill(0)
    this.#epochs.unshift(next)
    // The responder seals under it once it has seen that the initiator holds it.
    if (this.role === 'initiator') this.#begin(next)
  }

  #begin(epoch: Epoch): void {
    this.#current.endSealing(this.role)
    this.#current = epoch
    this.#sealed = 0
    this.#traffic = 0
    this.#ratchetedAt = 0
    this.#ratchet.restart()
  }

  /** Erases the keys of epochs whose last cells are behind the window or too many ratchets ago. */
  #retire(): void {
    const oldest = this.#current.number - limits.linkEpochs.value
    this.#epochs = this.#epochs.filter((epoch, at) => {
      const successor = this.#epochs[at - 1]?.firstOpened
      const isBehind =
        successor !== undefined && this.#window.highest - successor >= ReplayWindow.size
      if (!isBehind && epoch.number >= oldest) return true
      epoch.erase()
      return false
    })
  }
}

function associatedData(sender: LinkRole, context: number, header: number): Uint8Array {
  return concat(Uint8Array.of(sender === 'initiator' ? 0 : 1, context), uint16(header))
}

function maskOf(key: Uint8Array, sealed: Uint8Array): number {
  const [high = 0, low = 0] = meshHash('mask', 2, key, sealed.subarray(-tagBytes))
  return (high << 8) | low
}

function unmasked(key: Uint8Array, bytes: Uint8Array): number {
  const [high = 0, low = 0] = bytes
  return ((high << 8) | low) ^ maskOf(key, bytes)
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}
