import process from 'node:process'

import type { Command } from 'commander'

import { utf8 } from '#base'
import { exportProtection, importProtection } from '#consensus'
import { genesisHash } from '#genesis'

import { withDag } from '../../consensus/begin.ts'
import { checkOwnKey } from '../../consensus/validator-key.ts'
import { genesisOf } from '../../genesis-source.ts'
import { limits } from '../../limits.ts'
import { readPrivate, writePrivate } from '../../private-file.ts'
import { addJsonOption } from '../arguments.ts'
import { addFolderOption } from './options.ts'

interface ProtectionFlags {
  readonly data: string
  readonly network: string
  readonly json: boolean
}

export function configure(command: Command): void {
  command.helpCommand(false)
  addProtectionOptions(command.command('export'))
    .description('Write what the validator has signed. Its node must not run, now or later.')
    .argument('<file>', 'where to write it')
    .addHelpText(
      'after',
      `
  pars validator slashing-protection export record.json --data validator-0 --network genesis.json`,
    )
    .action(async (file: string, { data, network, json }: ProtectionFlags) => {
      const id = genesisHash(await genesisOf(network)).toHex()
      await checkOwnKey(data)
      await withDag(data, async (store) => {
        await writePrivate(file, utf8(await exportProtection(store, id, 0)))
      })
      process.stdout.write(
        json ? `${JSON.stringify({ file })}\n` : `${file}: import it where the key signs next\n`,
      )
    })
  addProtectionOptions(command.command('import'))
    .description('Take over what a validator has signed elsewhere. Floors only rise.')
    .argument('<file>', 'that another node wrote')
    .addHelpText(
      'after',
      `
The key comes first, by pars validator keys import.
  pars validator slashing-protection import record.json --data validator-0 --network genesis.json`,
    )
    .action(async (file: string, { data, network, json }: ProtectionFlags) => {
      const id = genesisHash(await genesisOf(network)).toHex()
      await checkOwnKey(data)
      const bytes = await readPrivate(file, limits.protectionBytes.value)
      const text = new TextDecoder().decode(bytes)
      const keys = await withDag(data, (store) => importProtection(store, id, text))
      const records = `${keys} ${keys === 1 ? 'key' : 'keys'}`
      process.stdout.write(
        json ? `${JSON.stringify({ keys })}\n` : `records of ${records} taken over\n`,
      )
    })
}

function addProtectionOptions(command: Command): Command {
  return addJsonOption(
    addFolderOption(command).requiredOption(
      '--network <genesis>',
      'document or preset of the network',
    ),
  )
}
