import process from 'node:process'

import type { Command } from 'commander'

import { hex, utf8 } from '#base'
import { openKeystore } from '#identity'
import { algorithms } from '#protocol'
import { Account, keyOf as sdkKeyOf } from '#sdk'

import { readPassword } from '../../password.ts'
import { engineOf } from '../../wallet.ts'
import { addJsonOption, addKeyOptions, type KeyFlags } from '../arguments.ts'
import { keyOf } from '../unlock.ts'

export function configure(command: Command): void {
  command.argument('<account>', 'address of a key, or its file').argument('<message>', 'text')
  addJsonOption(addKeyOptions(command)).action(
    async (account: string, message: string, flags: KeyFlags & { json: boolean }) => {
      const { file, keystore } = await keyOf(account, flags)
      const password = await readPassword({
        file: flags.passwordFile,
        question: `Password of ${file}`,
      })
      const engine = engineOf(await openKeystore(keystore, password))
      const signer = new Account(sdkKeyOf(engine), {
        networkId: hex(keystore.networkId),
        address: hex(keystore.address),
        // No node is asked, and messages do not depend on it.
        isRegistered: true,
      })
      const signature = await signer.signMessage(utf8(message))
      const facts = {
        address: signer.address,
        networkId: signer.networkId,
        algorithm: algorithms[engine.algorithm].name,
        publicKey: hex(engine.publicKey),
        signature,
      }
      process.stdout.write(flags.json ? `${JSON.stringify(facts)}\n` : `${signature}\n`)
    },
  )
}
