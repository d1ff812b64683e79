import { writeFile } from 'node:fs/promises'
import process from 'node:process'

import type { Command } from 'commander'

import { Fault } from '#base'
import { exportProtection, importProtection } from '#consensus'
import { genesisHash } from '#genesis'

import { withDag } from '../../consensus/begin.ts'
import { genesisOf } from '../../genesis-source.ts'
import { limits } from '../../limits.ts'
import { readPrivate } from '../../private-file.ts'
import { addFolderOption } from './options.ts'

interface ProtectionFlags {
  readonly data: string
  readonly network: string
}

export function configure(command: Command): void {
  command.helpCommand(false)
  const network = ['--network <genesis>', 'document or preset of the network'] as const
  addFolderOption(command.command('export'))
    .description('Write what the validator has signed. Its node must not run, now or later.')
    .argument('<file>', 'where to write it')
    .requiredOption(...network)
    .action(async (file: string, { data, network: source }: ProtectionFlags) => {
      const id = genesisHash(await genesisOf(source)).toHex()
      const text = await withDag(data, (store) => exportProtection(store, id, 0))
      await writeNew(file, text)
      process.stdout.write(`${file}: import it where the key signs next\n`)
    })
  addFolderOption(command.command('import'))
    .description('Take over what a validator has signed elsewhere. Floors only rise.')
    .argument('<file>', 'that another node wrote')
    .requiredOption(...network)
    .action(async (file: string, { data, network: source }: ProtectionFlags) => {
      const id = genesisHash(await genesisOf(source)).toHex()
      const bytes = await readPrivate(file, limits.protectionBytes.value)
      const text = new TextDecoder().decode(bytes)
      const keys = await withDag(data, (store) => importProtection(store, id, text))
      process.stdout.write(`records of ${keys} ${keys === 1 ? 'key' : 'keys'} taken over\n`)
    })
}

async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    const reason = (error as { code?: string }).code ?? String(error)
    throw new Fault({ code: 'NODE_FILE', file, reason }, 'an existing file is never overwritten')
  })
}
