import type { Command } from 'commander'

import { toBigInt } from '#base'
import { mlDsa } from '#crypto'
import { sealKey } from '#identity'
import type { Algorithm } from '#protocol'

import { KeyFolder } from '../../keystore.ts'
import { readPassword } from '../../password.ts'
import { systemRandom } from '../../random.ts'
import { rotateCall } from '../../recovery.ts'
import { RpcClient } from '../../rpc-client.ts'
import { accountsWord, currentKey, Wallet } from '../../wallet.ts'
import { addAlgorithmOption, addSendingOptions, feesOf, type SendingFlags } from '../arguments.ts'
import { submit } from '../send.ts'
import { checkChain, keysOf } from '../unlock.ts'

interface RotateFlags extends SendingFlags {
  readonly algorithm: Algorithm
}

export function configure(command: Command): void {
  command.argument('<account>', 'address of a key, or its file')
  addAlgorithmOption(addSendingOptions(command))
  command.action(async (name: string, flags: RotateFlags) => {
    const rpc = new RpcClient(flags.rpc)
    const key = await currentKey(await keysOf(name, flags), rpc)
    checkChain(key, flags)
    const question = `Password of ${key.file}, and of the new key`
    const password = await readPassword({ file: flags.passwordFile, question })
    const wallet = await Wallet.unlock(key, password, rpc)
    const newKey = mlDsa(flags.algorithm).generate(systemRandom)
    const { address, networkId } = key.keystore
    const changes = toBigInt(await accountsWord(rpc, 'changesOf', address))
    const call = await rotateCall({ newKey, networkId, account: address, changes })
    const signed = await wallet.sign({ ...feesOf(flags), ...call })
    // On disk before anybody can give it the account.
    const file = await new KeyFolder(flags.keys).add(
      await sealKey({ key: newKey, address, networkId, password, random: systemRandom }),
    )
    await submit({ rpc, wallet, signed, file }, flags)
  })
}
