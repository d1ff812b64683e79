import type { Command } from 'commander'

import { equal, Fault, hex, type Hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { checkNetwork, openKeystore, sealKey } from '#identity'
import type { Algorithm } from '#protocol'

import { KeyFolder } from '../../../keystore.ts'
import { readPassword } from '../../../password.ts'
import { systemRandom } from '../../../random.ts'
import { recoveryKeyOf, recoveryOf, startRecoveryCall } from '../../../recovery.ts'
import { RpcClient } from '../../../rpc-client.ts'
import { currentKey, Wallet } from '../../../wallet.ts'
import {
  addAlgorithmOption,
  addressOf,
  addSendingOptions,
  feesOf,
  type SendingFlags,
} from '../../arguments.ts'
import { submit } from '../../send.ts'
import { checkChain, keyOf, keysOf } from '../../unlock.ts'

interface StartFlags extends SendingFlags {
  readonly recoveryKey: string
  readonly recoveryPasswordFile?: string
  readonly from?: string
  readonly algorithm: Algorithm
}

export function configure(command: Command): void {
  command
    .argument('<account>', 'address', addressOf)
    .requiredOption('--recovery-key <key>', 'that the account named: address of a key, or its file')
    .option('--recovery-password-file <file>', 'its password, if it is not that of who pays')
    .option('--from <account>', 'who pays: the account of the recovery key unless given')
    .addHelpText(
      'after',
      `
The new key is written before anything is sent, under the password of who pays. It has the account once
the delay is over and somebody calls finish.`,
    )
  addAlgorithmOption(addSendingOptions(command))
  command.action(async (name: Hex, flags: StartFlags) => {
    const account = unhex(name)
    const rpc = new RpcClient(flags.rpc)
    const payer = await currentKey(await keysOf(flags.from ?? flags.recoveryKey, flags), rpc)
    checkChain(payer, flags)
    const { networkId } = payer.keystore
    const { file, keystore } = await keyOf(flags.recoveryKey, flags)
    checkNetwork(keystore, networkId)
    checkKey(keystore.keyHash, recoveryKeyOf(await recoveryOf(rpc, account), account))

    const question = `Password of ${payer.file}, and of the new key`
    const password = await readPassword({ file: flags.passwordFile, question })
    const wallet = await Wallet.unlock(payer, password, rpc)
    const recoveryKey = await openKeystore(
      keystore,
      equal(keystore.keyHash, payer.keystore.keyHash)
        ? password
        : await readPassword({
            file: flags.recoveryPasswordFile ?? flags.passwordFile,
            question: `Password of ${file}`,
          }),
    )
    const newKey = mlDsa(flags.algorithm).generate(systemRandom)
    const call = await startRecoveryCall({ account, networkId, newKey, recoveryKey }, rpc)
    const signed = await wallet.sign({ ...feesOf(flags), ...call })
    // On disk before anybody can give it the account.
    const newFile = await new KeyFolder(flags.keys).add(
      await sealKey({ key: newKey, address: account, networkId, password, random: systemRandom }),
    )
    await submit({ rpc, wallet, signed, file: newFile }, flags)
  })
}

function checkKey(found: Uint8Array, expected: Uint8Array): void {
  if (equal(found, expected)) return
  throw new Fault(
    { code: 'NODE_RECOVERY_KEY', expected: hex(expected), found: hex(found) },
    'name the key that the account named: pars account recovery show prints its hash',
  )
}
