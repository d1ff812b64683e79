/** What is found by looking for the height at which something about an account changed. */
import { equal } from '#base'

import { readBlock } from '../../block/sealed.ts'
import type { BlockView, PlacedTransaction } from '../../port.ts'
import {
  type AccountRecord,
  checkRetained,
  emptyCodeHash,
  oldestHeight,
} from '../../state/index.ts'
import { headNumber, type ReadContext, stateAt } from '../context.ts'
import { Budget } from '../trace/budget.ts'
import { framesOf } from '../trace/frames.ts'
import { Replay } from '../trace/replay.ts'

type Test = (account: AccountRecord | undefined) => boolean

/**
 * The first block after which `test` holds of an account, given that it goes on to hold; the oldest
 * one whose state is kept, where it held before. Undefined when it does not hold at head.
 */
async function firstBlock(
  context: ReadContext,
  address: Uint8Array,
  test: Test,
): Promise<bigint | undefined> {
  const holds = async (number: bigint): Promise<boolean> => {
    context.interrupt.check()
    return test(await stateAt(context, number).account(address))
  }
  let low = oldestHeight(context.reader)
  let high = headNumber(context)
  if (!(await holds(high))) return undefined
  if (await holds(low)) return low
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (await holds(middle)) high = middle
    else low = middle
  }
  return high
}

const hasCode: Test = (account) => account !== undefined && !equal(account.codeHash, emptyCodeHash)

/**
 * Undefined for an account without code, and for one whose code no transaction made. Throws
 * `STATE_PRUNED` for one that is older than what is kept.
 */
export async function creatorOf(
  context: ReadContext,
  address: Uint8Array,
): Promise<{ readonly hash: Uint8Array; readonly creator: Uint8Array } | undefined> {
  const number = await firstBlock(context, address, hasCode)
  const block = number === undefined ? undefined : readBlock(context.reader, number)
  if (block === undefined || number === undefined || number === 0n) return undefined
  const made = block.transactions.find(({ receipt: { contractAddress, status } }) =>
    status === 0 || contractAddress === undefined ? false : equal(contractAddress, address),
  )
  if (made !== undefined) return { hash: made.hash, creator: made.receipt.sender }
  const replay = await Replay.open(context, block)
  for (const transaction of block.transactions) {
    const frames = await framesOf(replay, transaction, new Budget(context.interrupt))
    const creation = frames.findLast(
      ({ kind, to, isUndone }) =>
        !isUndone && kind.startsWith('CREATE') && to !== undefined && equal(to, address),
    )
    if (creation !== undefined) return { hash: transaction.hash, creator: creation.from }
  }
  return undefined
}

/**
 * Undefined when no transaction had this nonce of the account; nonce lanes are not looked at. Throws
 * `STATE_PRUNED` for one that is older than what is kept.
 */
export async function transactionByNonce(
  context: ReadContext,
  sender: Uint8Array,
  nonce: bigint,
): Promise<Uint8Array | undefined> {
  const isUsed: Test = (account) => account !== undefined && account.nonce > nonce
  const number = await firstBlock(context, sender, isUsed)
  const block = number === undefined ? undefined : readBlock(context.reader, number)
  if (block === undefined || number === undefined) return undefined
  const found = block.transactions.find((placed) =>
    usesNonce(context, block, placed, sender, nonce),
  )
  if (found === undefined && number > 0n) checkRetained(context.reader, number - 1n)
  return found?.hash
}

function usesNonce(
  { profile }: ReadContext,
  { header }: BlockView,
  { wire, receipt }: PlacedTransaction,
  sender: Uint8Array,
  nonce: bigint,
): boolean {
  if (!equal(receipt.sender, sender)) return false
  const envelope = profile.decode(wire, header)
  return envelope.usesAccountNonce && envelope.forVm().nonce === nonce
}
