/** Plays the moves that are due, one look at the chain at a time: nothing is kept between two looks. */
import { type Hex, isFault } from '#base'
import type { Challenge, Claim } from '#precompiles'

import { limits } from '../limits.ts'
import { laggingNow } from '../next-block.ts'
import type { RpcAsker } from '../rpc-client.ts'
import type { Call } from '../sender.ts'
import { challengeOf, claimOf, hashesRevealed, nextMoment } from './claims.ts'
import { type Move, type Party, settlement, type Standing } from './parties.ts'
import { termsOf } from './registry.ts'

/** The chain, as a party to a dispute needs it. */
export interface Ledger {
  standing(claim: Hex): Promise<Standing>
  challenge(claim: Hex, number: number): Promise<Challenge>
  /** What the claimant revealed last; on the challenger's turn alone. */
  revealed(claim: Hex, challenge: Challenge): Promise<readonly Uint8Array[]>
  /** Throws `NODE_REFUSED` or `NODE_REVERTED` where the chain does not take it. */
  send(call: Call): Promise<void>
  /** A move that waited for time came too early: blocks are older than this machine’s clock says. */
  early(): void
}

interface CallSender {
  readonly rpc: RpcAsker
  /** Resolves once it is in a block. */
  send(call: Call): Promise<unknown>
}

export function ledgerOf(sender: CallSender): Ledger {
  const { rpc } = sender
  let lag: number = limits.blockLag.value
  return {
    async standing(id) {
      const claim = await claimOf(rpc, id)
      const now = await nextMoment(rpc, laggingNow(lag))
      return { claim, terms: await termsOf(rpc, claim.model), now }
    },
    challenge: (id, number) => challengeOf(rpc, id, number),
    revealed: (id, challenge) => hashesRevealed(rpc, id, challenge),
    async send(call) {
      await sender.send(call)
    },
    early: () => {
      lag *= 2
    },
  }
}

export type Tell = (step: string) => void

/** Makes the party's moves in one challenge until there is none to make now. Gives where it stands. */
export async function play(
  ledger: Ledger,
  party: Party,
  { id, number }: { readonly id: Hex; readonly number: number },
  tell: Tell,
): Promise<Challenge> {
  for (;;) {
    const standing = await ledger.standing(id)
    const challenge = await ledger.challenge(id, number)
    const revealed = (): Promise<readonly Uint8Array[]> => ledger.revealed(id, challenge)
    const move = await party.answer(standing, challenge, revealed)
    if (move === undefined) return challenge
    try {
      await ledger.send(move.call)
      tell(`${move.name}: challenge ${number} of ${id}, level ${challenge.level}`)
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (!same(challenge, await ledger.challenge(id, number))) continue
      if (move.name === 'timeout') {
        ledger.early()
        return challenge
      }
      if (!party.refused(move, challenge)) throw error
    }
  }
}

/** Answers all challenges to a claim, and settles it when it may be. Gives what has become of it. */
export async function defend(ledger: Ledger, party: Party, id: Hex, tell: Tell): Promise<Claim> {
  const { claim } = await ledger.standing(id)
  for (let number = 1; claim.open > 0 && number <= claim.challenges; number++) {
    await play(ledger, party, { id, number }, tell)
  }
  const standing = await ledger.standing(id)
  const due = settlement(standing)
  if (due === undefined) return standing.claim
  if (await settled(ledger, due, id)) tell(`settle: ${id}`)
  return (await ledger.standing(id)).claim
}

/** Whether this settled it: anybody may. */
async function settled(ledger: Ledger, due: Move, id: Hex): Promise<boolean> {
  try {
    await ledger.send(due.call)
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    const { claim } = await ledger.standing(id)
    if (claim.status === 'open') ledger.early()
    return false
  }
}

function same(one: Challenge, other: Challenge): boolean {
  return one.status === other.status && one.turn === other.turn && one.level === other.level
}

function isRefusal(error: unknown): boolean {
  return isFault(error, 'NODE_REFUSED', 'NODE_REVERTED')
}
