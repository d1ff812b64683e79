import { type Command, InvalidArgumentError } from 'commander'

import type { Hex } from '#base'

import { prekeysOf, zeroHash } from '../../governance/identity.ts'
import { headTime } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from '../arguments.ts'
import { print } from '../printing.ts'

export function configure(command: Command): void {
  command
    .argument('<of>', 'address of an account, or the 32 bytes of an identity', ownerOf)
    .addHelpText(
      'after',
      `
  pars keys show 0x046c…20df`,
    )
  addRpcOptions(command).action(async (of: Hex, { rpc: url, json }: RpcFlags) => {
    const rpc = new RpcClient(url)
    const [prekeys, now] = await Promise.all([prekeysOf(rpc, of), headTime(rpc)])
    const { epoch, root, count, expiry, publishedAt, publisher } = prekeys
    const status =
      epoch === 0n
        ? 'never published'
        : root === zeroHash
          ? 'none'
          : now > expiry
            ? 'over'
            : 'valid'
    if (epoch === 0n) return print(json, { of, status })
    const times = { publishedAt: shown(json, publishedAt), expiry: shown(json, expiry) }
    print(json, {
      of,
      status,
      epoch: Number(epoch),
      root,
      count: Number(count),
      ...times,
      publisher,
    })
  })
}

function shown(isJson: boolean, seconds: bigint): number | string {
  return isJson ? Number(seconds) : timeOf(seconds)
}

function ownerOf(text: string): Hex {
  if (/^0x(?:[0-9a-fA-F]{40}|[0-9a-fA-F]{64})$/.test(text)) return text.toLowerCase() as Hex
  throw new InvalidArgumentError('Give an address, or the id of an identity.')
}
