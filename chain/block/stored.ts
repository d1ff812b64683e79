/** Reading back what this node wrote, strictly: other bytes are damage, and say so. */
import { decodeRlp, Fault, isFault, type Rlp } from '#base'

/** Each throws `STORE_CORRUPT`. */
interface StoredRlp {
  readonly decode: (bytes: Uint8Array) => Rlp
  readonly list: (item: Rlp | undefined) => readonly Rlp[]
  readonly bytes: (item: Rlp | undefined) => Uint8Array
}

/** @param what Names the entry in the fault. */
export function storedRlp(what: string): StoredRlp {
  return {
    decode(bytes) {
      try {
        return decodeRlp(bytes)
      } catch (error) {
        throw isFault(error, 'RLP_INVALID') ? corrupt(what) : error
      }
    },
    list(item) {
      if (item === undefined || item instanceof Uint8Array) throw corrupt(what)
      return item
    },
    bytes(item) {
      if (!(item instanceof Uint8Array)) throw corrupt(what)
      return item
    },
  }
}

export function corrupt(
  what: string,
): Fault<{ readonly code: 'STORE_CORRUPT'; readonly what: string }> {
  return new Fault(
    { code: 'STORE_CORRUPT', what },
    'the store is damaged: restore it from a backup or another node',
  )
}
