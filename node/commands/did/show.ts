import type { Command } from 'commander'

import type { Hex } from '#base'

import { identityOf } from '../../governance/identity.ts'
import { headTime } from '../../governance/ve.ts'
import { timeOf } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, hashOf, type RpcFlags } from '../arguments.ts'
import { durationText } from '../duration.ts'
import { print } from '../printing.ts'

export function configure(command: Command): void {
  command.argument('<id>', 'of the identity: 32 bytes', hashOf).addHelpText(
    'after',
    `
Whoever has a copy of the log compares its head with this one: an anchor that is older than the copy
proves nothing about it.
  pars did show 0x1f02…6e5d`,
  )
  addRpcOptions(command).action(async (id: Hex, { rpc: url, json }: RpcFlags) => {
    const rpc = new RpcClient(url)
    const [identity, now] = await Promise.all([identityOf(rpc, id), headTime(rpc)])
    const { controller, head, sequence, deactivated, offeredTo } = identity
    const { anchoredAt, anchoredHeight, controlEpoch } = identity
    const log = { head, sequence: Number(sequence), anchoredHeight: Number(anchoredHeight) }
    const facts = { id, controller, controlEpoch: Number(controlEpoch), ...log, deactivated }
    const anchored = json ? Number(anchoredAt) : timeOf(anchoredAt)
    const age = json ? Number(now - anchoredAt) : durationText(now - anchoredAt)
    print(json, { ...facts, anchoredAt: anchored, age, ...(offeredTo && { offeredTo }) })
  })
}
