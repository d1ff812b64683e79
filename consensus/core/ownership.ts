import type { Committee } from './committee.ts'
import { draw, ownerSeed } from './hashes.ts'

/** Rounds that the next in rank waits before it takes a sender's queue over. */
const takeoverRounds = 3

/**
 * The members in the order in which they may put forward the transactions of one sender and nonce
 * key: weighted by stake, drawn from the hash of both. A queue has one owner at a time, so its nonces
 * stay together and its bytes travel once.
 *
 * @param sender 20 bytes.
 * @see PIP-0007 "Owners of queues"
 */
export function ownerRanks(
  committee: Committee,
  sender: Uint8Array,
  nonceKey: bigint,
): readonly number[] {
  const seed = ownerSeed(committee.epoch, sender, nonceKey)
  const left = [...committee.members.keys()]
  let total = committee.total
  return committee.members.map((_, turn) => {
    let point = draw(seed, turn) % total
    const place = left.findIndex((author) => (point -= committee.stakeOf(author)) < 0n)
    const [author = 0] = left.splice(place, 1)
    total -= committee.stakeOf(author)
    return author
  })
}

/**
 * Whether the member of `rank` may include a queue whose head was first seen `rounds` ago and is in
 * no accepted block yet. It then takes the sender's whole queue.
 */
export function isOwnersTurn(rank: number, rounds: number): boolean {
  return rounds >= rank * takeoverRounds
}
