import { EVMError, type ExecResult, type Message } from '@ethereumjs/evm'
import type { Address } from '@ethereumjs/util'

import type { FrameKind } from '../tracer.ts'
import type { Frame } from './frame.ts'

/**
 * Runs a frame within `frame` and takes over what it leaves: gas used, and when it succeeded its
 * logs, refund, creations and destructions.
 */
export async function enter(
  frame: Frame,
  message: Message,
  kind: FrameKind,
): Promise<ExecResult & { readonly createdAddress: Address | undefined }> {
  frame.machine.interrupt?.()
  const destroyed = frame.selfdestruct.size
  const created = frame.created.size
  message.selfdestruct = frame.selfdestruct
  message.createdAddresses = frame.created
  message.gasRefund = frame.refund
  const { execResult, createdAddress } = await frame.machine.run(message, kind)
  const { exceptionError, executionGasUsed, gasRefund, logs, returnValue } = execResult
  frame.gasLeft -= executionGasUsed
  if (exceptionError === undefined) {
    frame.refund = gasRefund ?? 0n
    for (const log of logs ?? []) frame.logs.push(log)
  } else {
    frame.selfdestruct.rewind(destroyed)
    frame.created.rewind(created)
  }
  const answered =
    exceptionError === undefined || exceptionError.error === EVMError.errorMessages.REVERT
  frame.returnData = answered ? returnValue : new Uint8Array(0)
  return { ...execResult, createdAddress }
}
