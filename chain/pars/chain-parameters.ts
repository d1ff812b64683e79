/** What votes set for the chain itself, as the storage of ChainParams has it. @see PIP-0010 */
import { Address } from '@ethereumjs/util'

import { concat, toBigInt, utf8 } from '#base'
import { keccak256 } from '#crypto'
import { systemAddresses } from '#protocol'

import type { StorageReader } from './upgrade-storage.ts'

const chainParams = new Address(systemAddresses.chainParams)
/** Slot 0 maps a name, left-aligned in its word, to its value. */
const gasLimitSlot = keccak256(concat(utf8('block.gasLimit'.padEnd(32, '\0')), new Uint8Array(32)))

/** Of the block on top of `state`. */
export async function blockGasLimit(state: StorageReader): Promise<bigint> {
  return toBigInt(await state.getStorage(chainParams, gasLimitSlot))
}
