import type { Command } from 'commander'

import { mlDsa } from '#crypto'
import { sealKey } from '#identity'
import type { Algorithm } from '#protocol'

import { KeyFolder } from '../../keystore.ts'
import { keyNetwork } from '../../network.ts'
import { readPassword } from '../../password.ts'
import { systemRandom } from '../../random.ts'
import { RpcClient } from '../../rpc-client.ts'
import {
  addAlgorithmOption,
  addKeyOptions,
  addNetworkOption,
  addRpcOptions,
  type KeyFlags,
  type NetworkFlags,
  type RpcFlags,
} from '../arguments.ts'
import { printKey } from './facts.ts'

interface NewFlags extends RpcFlags, KeyFlags, NetworkFlags {
  readonly algorithm: Algorithm
}

export function configure(command: Command): void {
  addAlgorithmOption(addNetworkOption(addKeyOptions(addRpcOptions(command))))
  command.action(async (flags: NewFlags) => {
    const { networkId } = await keyNetwork(flags.network, new RpcClient(flags.rpc))
    const password = await readPassword({
      file: flags.passwordFile,
      question: 'Password of the new key',
      isNew: true,
    })
    const key = mlDsa(flags.algorithm).generate(systemRandom)
    const keystore = await sealKey({ key, networkId, password, random: systemRandom })
    const file = await new KeyFolder(flags.keys).add(keystore)
    printKey({ file, keystore }, flags.json)
  })
}
