/** 0xf0, 0xf5: creations. @see Ethereum Yellow Paper, appendix H.2; EIP-1014, EIP-3860 */
import { Message } from '@ethereumjs/evm'
import { Account } from '@ethereumjs/util'

import { insufficientBalance, nonceExhausted, tooDeep } from '../failure-text.ts'
import { pass, startOf } from '../tracer.ts'
import { account } from './accounts.ts'
import { allButOne64th } from './call.ts'
import { enter } from './enter.ts'
import type { Frame } from './frame.ts'
import { halt } from './halt.ts'
import { bytesOf, wordOf } from './word.ts'

const maxNonce = 2n ** 64n - 1n

/** Leaves the new address or 0 on the stack. */
export async function create(frame: Frame, salted: boolean): Promise<void> {
  frame.requireMutable()
  const creator = account(frame, frame.address.bytes) ?? new Account()
  const [value, offset, length] = [frame.pop(), frame.pop(), frame.pop()]
  const salt = salted ? bytesOf(frame.pop()) : undefined
  const { prices } = frame.schedule
  const at = frame.reserve(offset, length)
  frame.chargeWords(length, prices.initCodeWord + (salted ? prices.keccakWord : 0))
  if (length > BigInt(prices.maxInitCode)) halt('INITCODE_SIZE_VIOLATION')
  const gasLimit = allButOne64th(frame.gasLeft)
  frame.machine.recorder?.end(frame)
  frame.returnData = new Uint8Array(0)
  const message = new Message({
    caller: frame.address,
    gasLimit,
    value,
    data: frame.memory.slice(at, Number(length)),
    depth: frame.message.depth + 1,
    blobVersionedHashes: frame.message.blobVersionedHashes ?? [],
    ...(salt === undefined ? {} : { salt }),
  })
  const kind = salted ? 'CREATE2' : 'CREATE'
  const obstacle = obstacleOf(frame, creator, value)
  if (obstacle !== undefined) {
    pass(frame.machine.tracer, startOf(message, kind), obstacle)
    return frame.push(0n)
  }
  await bumpNonce(frame)
  const { exceptionError, createdAddress } = await enter(frame, message, kind)
  if (exceptionError === undefined) frame.returnData = new Uint8Array(0)
  const made = exceptionError === undefined ? createdAddress : undefined
  return frame.push(made === undefined ? 0n : wordOf(made.bytes))
}

/** What keeps a creation that is paid for from happening. */
function obstacleOf(
  { message, schedule }: Frame,
  creator: Account,
  value: bigint,
): string | undefined {
  if (message.depth >= schedule.prices.maxDepth) return tooDeep
  if (creator.balance < value) return insufficientBalance
  return creator.nonce < maxNonce ? undefined : nonceExhausted
}

async function bumpNonce({ machine, address }: Frame): Promise<void> {
  const creator = (await machine.state.getAccount(address)) ?? new Account()
  creator.nonce += 1n
  await machine.journal.putAccount(address, creator)
}
