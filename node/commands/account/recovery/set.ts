import type { Command } from 'commander'

import { equal, Fault, unhex } from '#base'
import { checkNetwork } from '#identity'

import { setRecoveryCall } from '../../../recovery.ts'
import { RpcClient } from '../../../rpc-client.ts'
import { addSendingOptions, feesOf, type KeyFlags, type SendingFlags } from '../../arguments.ts'
import { submit } from '../../send.ts'
import { keyOf, unlock } from '../../unlock.ts'
import { delayOf } from './delay.ts'

interface SetFlags extends SendingFlags {
  readonly recoveryKey?: string
  readonly delay?: bigint
  readonly remove: boolean
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'address of a key, or its file')
    .option('--recovery-key <key>', 'its hash, or address or file of a key that is kept here')
    .option('--delay <time>', 'between start and finish: 1d to 365d, or hours as in 36h', delayOf)
    .option('--remove', 'name no recovery key any more', false)
    .addHelpText(
      'after',
      `
The first setting holds at once, a change or removal after the delay in force. The recovery key
prevails over the account's own: keep it better, on another machine.
  pars account recovery set 0x046c…20df --recovery-key 0x5f1e…77c0 --delay 7d`,
    )
  addSendingOptions(command)
  command.action(async (name: string, flags: SetFlags) => {
    const { recoveryKey, delay, remove } = flags
    if (remove !== (recoveryKey === undefined) || remove !== (delay === undefined)) {
      command.error('error: give --recovery-key and --delay, or --remove alone')
    }
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(name, flags, rpc)
    const { address, networkId } = wallet.account
    const keyHash =
      recoveryKey === undefined ? undefined : await hashOfKey(recoveryKey, flags, unhex(networkId))
    if (keyHash !== undefined && equal(keyHash, wallet.account.key.keyHash)) {
      throw new Fault(
        { code: 'NODE_RECOVERY_KEY', account: address },
        'the key of the account cannot recover it: whoever takes or loses the one has lost the other',
      )
    }
    const call = setRecoveryCall(keyHash, delay ?? 0n)
    const signed = await wallet.sign({ ...feesOf(flags), ...call })
    await submit({ rpc, wallet, signed }, flags)
  })
}

async function hashOfKey(
  name: string,
  flags: KeyFlags,
  networkId: Uint8Array,
): Promise<Uint8Array> {
  if (/^0x[0-9a-fA-F]{64}$/.test(name)) return unhex(name)
  const { keystore } = await keyOf(name, flags)
  checkNetwork(keystore, networkId)
  return keystore.keyHash
}
