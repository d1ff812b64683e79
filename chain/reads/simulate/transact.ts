/**
 * Runs a transaction that nobody signed as a block would run it, apart from what a simulation may
 * leave out: nonces, fees, and that a sender with code sends nothing.
 */
import { Hardfork } from '@ethereumjs/common'
import { Account, Address } from '@ethereumjs/util'

import { Fault, hex } from '#base'

import { bloomOf } from '../../block/bloom.ts'
import type { CallResult, SimulatedTransaction } from '../../call-port.ts'
import type { LogEntry, StoredReceipt } from '../../port.ts'
import type { ChainProfile } from '../../profile.ts'
import type { Execution } from '../execution.ts'
import { describeFailure } from '../message.ts'
import { blobGas, nonceAfter, type Prepared } from './prepare.ts'

export interface Transacted {
  readonly receipt: StoredReceipt
  readonly result: CallResult
  /** Before refunds. */
  readonly maxUsedGas: bigint
}

/** @param gasUsed What the block used before. Throws `READ_SIMULATION_INITCODE`. */
export async function transact(
  profile: ChainProfile,
  execution: Execution,
  prepared: Prepared,
  gasUsed: bigint,
): Promise<Transacted> {
  const { state, executor, rules } = execution
  const { transaction, intrinsic, floor, isFree } = prepared
  const { evm } = executor
  checkInitcode(execution, prepared)
  await evm.journal.cleanup()
  await evm.journal.checkpoint()
  warm(execution, prepared)
  await pay(execution, prepared)
  const { authorizations } = transaction
  const authorized = (await profile.simulation.authorize?.(execution, authorizations)) ?? 0n
  const { execResult, createdAddress } = await run(execution, prepared)
  const spent = intrinsic + execResult.executionGasUsed
  const refundable = spent / rules.param('maxRefundQuotient')
  const refund = authorized + (execResult.gasRefund ?? 0n)
  const charged = most(spent - (refund < refundable ? refund : refundable), floor)
  await credit(
    execution,
    transaction.from,
    (transaction.gas - charged) * transaction.effectiveGasPrice,
  )
  const tip = transaction.effectiveGasPrice - (execution.vmBlock.header.baseFeePerGas ?? 0n)
  await credit(execution, execution.header.beneficiary, isFree ? 0n : charged * tip)
  await destroy(execution, execResult)
  if (transaction.nonceKey > 0n) await useLane(execution, profile, transaction)
  await evm.journal.cleanup()
  await state.commit()
  const { exceptionError: failure, returnValue, logs = [] } = execResult
  return {
    receipt: receiptOf(prepared, {
      outcome: rules.gteHardfork(Hardfork.Byzantium)
        ? { status: failure === undefined ? 1 : 0 }
        : { root: await state.rootLater() },
      gasUsed: charged,
      cumulativeGasUsed: gasUsed + charged,
      logs: logs.map(([address, topics, data]) => ({ address, topics, data })),
      contractAddress: transaction.to === undefined ? createdAddress?.bytes : undefined,
    }),
    result: {
      gasUsed: charged,
      output: returnValue,
      ...(failure === undefined ? {} : { failure: describeFailure(failure.error) }),
    },
    maxUsedGas: most(spent, floor),
  }
}

function run({ executor, vmBlock }: Execution, { transaction, intrinsic }: Prepared) {
  const { from, to, value, data, gas, effectiveGasPrice, blobs } = transaction
  return executor.evm.runCall({
    block: vmBlock,
    caller: new Address(from),
    ...(to === undefined ? {} : { to: new Address(to) }),
    value,
    data,
    gasLimit: gas - intrinsic,
    gasPrice: effectiveGasPrice,
    ...(blobs === undefined ? {} : { blobVersionedHashes: blobs.hashes.map(hex) }),
    skipNonceIncrement: true,
  })
}

/** @see EIP-3860 */
function checkInitcode({ rules }: Execution, { transaction: { to, data } }: Prepared): void {
  if (to !== undefined || !rules.isActivatedEIP(3860)) return
  const limit = rules.param('maxInitCodeSize')
  if (BigInt(data.length) <= limit) return
  throw new Fault(
    { code: 'READ_SIMULATION_INITCODE', bytes: data.length, limit },
    `max initcode size exceeded: code size ${data.length}, limit ${limit}`,
  )
}

/** What runTx makes warm before it runs anything. @see EIP-2929, EIP-2930, EIP-3651 */
function warm({ executor, rules, header }: Execution, { transaction }: Prepared): void {
  if (!rules.isActivatedEIP(2929)) return
  const { journal } = executor.evm
  const { from, to, accessList } = transaction
  const beneficiary = rules.isActivatedEIP(3651) ? header.beneficiary : undefined
  for (const address of [from, to, beneficiary]) {
    if (address !== undefined) journal.addAlwaysWarmAddress(address.toHex())
  }
  for (const [address, slots] of accessList) {
    journal.addAlwaysWarmAddress(address.toHex())
    for (const slot of slots) journal.addAlwaysWarmSlot(address.toHex(), slot.toHex())
  }
}

/** The nonce, and all gas in advance. */
async function pay(
  { executor, state, vmBlock }: Execution,
  { transaction }: Prepared,
): Promise<void> {
  const { from, gas, effectiveGasPrice } = transaction
  const address = new Address(from)
  const account = (await state.getAccount(address)) ?? new Account()
  account.nonce = nonceAfter(account.nonce)
  const blobPrice = transaction.blobs === undefined ? 0n : vmBlock.header.getBlobGasPrice()
  account.balance -= gas * effectiveGasPrice + blobGas(transaction) * blobPrice
  if (account.balance < 0n) account.balance = 0n
  await executor.evm.journal.putAccount(address, account)
}

/** On a lane the account's nonce stays. */
async function useLane(
  { state }: Execution,
  { simulation }: ChainProfile,
  { from, nonceKey, nonce }: SimulatedTransaction,
): Promise<void> {
  const address = new Address(from)
  const account = await state.getAccount(address)
  if (account !== undefined) {
    account.nonce -= 1n
    await state.putAccount(address, account)
  }
  await simulation.lanes?.use(state, from, nonceKey, nonce)
}

async function credit(
  { executor, state }: Execution,
  to: Uint8Array,
  amount: bigint,
): Promise<void> {
  const address = new Address(to)
  const account = (await state.getAccount(address)) ?? new Account()
  account.balance += amount
  await executor.evm.journal.putAccount(address, account)
}

/** @see EIP-6780 */
async function destroy(
  { executor, rules }: Execution,
  { selfdestruct, createdAddresses }: Awaited<ReturnType<typeof run>>['execResult'],
): Promise<void> {
  for (const address of selfdestruct?.keys() ?? []) {
    if (rules.isActivatedEIP(6780) && createdAddresses?.has(address) !== true) continue
    await executor.evm.journal.deleteAccount(new Address(Uint8Array.fromHex(address.slice(2))))
  }
}

function receiptOf(
  { transaction }: Prepared,
  came: {
    readonly outcome: Pick<StoredReceipt, 'status' | 'root'>
    readonly gasUsed: bigint
    readonly cumulativeGasUsed: bigint
    readonly logs: readonly LogEntry[]
    readonly contractAddress: Uint8Array | undefined
  },
): StoredReceipt {
  const { type, effectiveGasPrice, from, to } = transaction
  const { outcome, contractAddress, logs, ...gas } = came
  return {
    type,
    ...outcome,
    ...gas,
    effectiveGasPrice,
    sender: from,
    ...(to === undefined ? {} : { to }),
    ...(contractAddress === undefined ? {} : { contractAddress }),
    logs,
    logsBloom: bloomOf(logs),
  }
}

function most(first: bigint, second: bigint): bigint {
  return first > second ? first : second
}
