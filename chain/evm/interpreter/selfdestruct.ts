import { Account, Address } from '@ethereumjs/util'

import { pass } from '../tracer.ts'
import { account, isEmpty } from './accounts.ts'
import type { Frame } from './frame.ts'
import { addressOf } from './word.ts'

/**
 * 0xff. Moves the balance; the account itself goes only when this transaction created it.
 *
 * @see EIP-6780
 */
export async function selfdestruct(frame: Frame): Promise<void> {
  frame.requireMutable()
  const target = new Address(addressOf(frame.peek(0)))
  const balance = account(frame, frame.address.bytes)?.balance ?? 0n
  const newAccount = balance > 0n && isEmpty(account(frame, target.bytes))
  frame.height--
  const { prices } = frame.schedule
  const { journal, state } = frame.machine
  if (journal.warmAddress(target.bytes)) frame.charge(prices.coldAccount)
  if (newAccount) frame.charge(prices.callNewAccount)
  frame.machine.recorder?.end(frame)
  pass(frame.machine.tracer, {
    kind: 'SELFDESTRUCT',
    depth: frame.message.depth + 1,
    from: frame.address.bytes,
    to: target.bytes,
    value: balance,
  })
  const own = frame.address.toString()
  if (!frame.selfdestruct.has(own)) frame.refund += BigInt(prices.selfdestructRefund)
  frame.selfdestruct.set(own, target.toString())
  const toSelf = target.equals(frame.address)
  if (!toSelf) {
    const beneficiary = (await state.getAccount(target)) ?? new Account()
    beneficiary.balance += balance
    await journal.putAccount(target, beneficiary)
  }
  if (!toSelf || frame.created.has(own)) {
    await state.modifyAccountFields(frame.address, { balance: 0n })
  }
}
