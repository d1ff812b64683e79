import { InvalidArgumentError } from 'commander'

import { amountOf } from '../arguments.ts'
import type { Allocation } from './new-genesis.ts'

export function allocationOf(text: string, before: readonly Allocation[]): Allocation[] {
  const [, address, tokens] = /^(0x[0-9a-fA-F]{40})=(.+)$/.exec(text) ?? []
  if (address === undefined || tokens === undefined) {
    throw new InvalidArgumentError('Give an address and its tokens: 0x…=1000.')
  }
  if (before.some((one) => one.address.toLowerCase() === address.toLowerCase())) {
    throw new InvalidArgumentError('Give each address once.')
  }
  return [...before, { address, wei: amountOf(tokens) }]
}
