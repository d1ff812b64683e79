import type { Random } from '#base'

import { ChunkCipher } from './cipher.ts'
import { chunkBytes, dataChunks, parityChunks, saltBytes, sizeClass } from './layout.ts'
import type { Payload } from './pack.ts'
import { parityOf } from './parity.ts'
import { sealingOf, type SealingSecret } from './secret.ts'

export interface SealInit {
  readonly to: SealingSecret
  readonly random: Random
}

/** A bundle of `payloads`, of which there is at least one, piece by piece. */
export async function* seal(
  payloads: AsyncIterable<Payload>,
  { to, random }: SealInit,
): AsyncGenerator<Uint8Array, void, void> {
  const salt = random.bytes(saltBytes)
  const { head, secret } = await sealingOf(to, salt)
  let length = 0
  const count = (piece: Uint8Array): Uint8Array => {
    length += piece.length
    return piece
  }
  if (head.length > 0) yield count(head)
  yield count(salt)
  for await (const piece of sealGroups(payloads, new ChunkCipher(secret, salt))) yield count(piece)
  for (let left = sizeClass(length) - length; left > 0; left -= chunkBytes) {
    yield random.bytes(Math.min(left, chunkBytes))
  }
}

/** The chunks alone, group by group: data, then parity. */
export async function* sealGroups(
  payloads: AsyncIterable<Payload>,
  cipher: Pick<ChunkCipher, 'seal' | 'mask'>,
): AsyncGenerator<Uint8Array, void, void> {
  let group: Payload[] = []
  let number = 0
  for await (const payload of payloads) {
    if (group.length === dataChunks) {
      yield* sealGroup(group, { number: number++, isEnd: false, cipher })
      group = []
    }
    group.push(payload)
  }
  yield* sealGroup(group, { number, isEnd: true, cipher })
}

interface Place {
  readonly number: number
  readonly isEnd: boolean
  readonly cipher: Pick<ChunkCipher, 'seal' | 'mask'>
}

function* sealGroup(
  group: readonly Payload[],
  { number, isEnd, cipher }: Place,
): Generator<Uint8Array, void, void> {
  const groupSize = group.length
  const sealed = group.map((payload, place) => {
    const isLast = isEnd && place === groupSize - 1
    return cipher.seal(number * dataChunks + place, { ...payload, groupSize, isLast })
  })
  yield* sealed
  const { p, q } = parityOf(sealed)
  yield cipher.mask(number * parityChunks, p)
  yield cipher.mask(number * parityChunks + 1, q)
}
