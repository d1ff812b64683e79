import type { ExecResult } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'

import { utf8 } from '#base'
import { keccak256 } from '#crypto'
import { systemAddresses } from '#protocol'

import type { BlockUnderWay } from '../profile.ts'

const gasLimit = 30_000_000n

/** A call by the system address, outside any transaction. @see EIP-4788 */
export async function callBySystem(
  { executor, vmBlock }: BlockUnderWay,
  to: Uint8Array,
  data: Uint8Array,
): Promise<ExecResult> {
  const { execResult } = await executor.vm.evm.runCall({
    block: vmBlock,
    caller: new Address(systemAddresses.system),
    to: new Address(to),
    data,
    gasLimit,
    skipNonceIncrement: true,
  })
  await executor.vm.evm.journal.cleanup()
  return execResult
}

/** Of a function such as `due(uint256)`. */
export function selector(signature: string): Uint8Array {
  return keccak256(utf8(signature)).subarray(0, 4)
}
