import { type Common, Hardfork } from '@ethereumjs/common'
import { Account, Address } from '@ethereumjs/util'
import { runTx, type RunTxResult } from '@ethereumjs/vm'

import type { Executor } from '../evm/index.ts'
import type { Header, StoredReceipt } from '../port.ts'
import type { Envelope } from '../profile.ts'

/** The header as far as transactions can see it. */
export type OpenHeader = Omit<
  Header,
  'stateRoot' | 'transactionsRoot' | 'receiptsRoot' | 'logsBloom' | 'gasUsed'
>

/** What runTx and the EVM take as a block. */
export type VmBlock = NonNullable<Parameters<typeof runTx>[1]['block']>

/** The members of a block that runTx and the EVM read. */
export function blockForVm(
  header: OpenHeader,
  rules: Common,
  blobGasPrice: bigint | undefined,
): VmBlock {
  return {
    common: rules,
    errorStr: () => `block ${header.number}`,
    header: {
      number: header.number,
      coinbase: new Address(header.beneficiary),
      timestamp: header.timestamp,
      difficulty: header.difficulty,
      prevRandao: header.prevRandao,
      gasLimit: header.gasLimit,
      gasUsed: 0n,
      baseFeePerGas: header.baseFeePerGas,
      getBlobGasPrice: () => blobGasPrice,
    },
  } as unknown as VmBlock
}

/**
 * Runs one transaction and gives its receipt. Throws, with the state as before, when the
 * transaction may not run at all; what a valid one did stays even when it reverted.
 */
export async function applyTransaction(
  executor: Executor,
  envelope: Envelope,
  block: VmBlock,
  cumulativeGasUsed: bigint,
): Promise<StoredReceipt> {
  const result = await runTx(executor.vm, {
    tx: envelope.forVm(),
    block,
    blockGasUsed: cumulativeGasUsed,
    skipNonce: !envelope.usesAccountNonce,
    skipHardForkValidation: true,
  })
  if (!envelope.usesAccountNonce) await restoreNonce(executor, envelope.sender)
  return toReceipt(envelope, result, executor.vm.common, block.header.baseFeePerGas ?? 0n)
}

/** runTx counts the account's nonce up whatever it is told; on a lane it must stay. */
async function restoreNonce({ vm }: Executor, sender: Uint8Array): Promise<void> {
  const address = new Address(sender)
  const account = (await vm.stateManager.getAccount(address)) ?? new Account()
  account.nonce -= 1n
  if (account.isEmpty()) await vm.stateManager.deleteAccount(address)
  else await vm.stateManager.putAccount(address, account)
}

function toReceipt(
  envelope: Envelope,
  result: RunTxResult,
  rules: Common,
  baseFee: bigint,
): StoredReceipt {
  const { receipt, execResult, totalGasSpent, createdAddress } = result
  const byzantium = rules.gteHardfork(Hardfork.Byzantium)
  return {
    type: envelope.type,
    ...(byzantium
      ? { status: execResult.exceptionError === undefined ? 1 : 0 }
      : { root: (receipt as { stateRoot: Uint8Array }).stateRoot }),
    gasUsed: totalGasSpent,
    cumulativeGasUsed: receipt.cumulativeBlockGasUsed,
    effectiveGasPrice: envelope.effectiveGasPrice(baseFee),
    sender: envelope.sender,
    ...(envelope.to === undefined ? {} : { to: envelope.to }),
    ...(createdAddress === undefined || envelope.to !== undefined
      ? {}
      : { contractAddress: createdAddress.bytes }),
    logs: receipt.logs.map(([address, topics, data]) => ({ address, topics, data })),
    logsBloom: receipt.bitvector,
    ...(result.blobGasUsed === undefined || result.blobGasUsed === 0n
      ? {}
      : {
          blobGasUsed: result.blobGasUsed,
          blobGasPrice: (receipt as { blobGasPrice?: bigint }).blobGasPrice ?? 0n,
        }),
  }
}
