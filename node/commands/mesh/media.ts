import process from 'node:process'

import type { Command } from 'commander'

import { plainText } from '../printing.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'

interface MediumFacts {
  readonly name: string
  readonly kind: string
  readonly mtu: number
  readonly bitsPerSecond: number
  readonly latency: number
}

interface MediaFlags extends MeshFlags {
  readonly add?: string
  readonly remove?: string
}

export function configure(command: Command): void {
  addMeshOptions(command)
    .option('--add <medium>', 'begin to use one, as pars mesh up takes it')
    .option('--remove <name>', 'end the use of one')
    .action(async (flags: MediaFlags) => {
      if (flags.remove !== undefined) await askMesh(flags, 'mesh_detach', flags.remove)
      if (flags.add !== undefined) await askMesh(flags, 'mesh_attach', flags.add)
      const media = await askMesh<readonly MediumFacts[]>(flags, 'mesh_media')
      process.stdout.write(flags.json ? `${JSON.stringify(media)}\n` : media.map(text).join(''))
    })
}

function text({ name, kind, mtu, bitsPerSecond, latency }: MediumFacts): string {
  const facts = `cells of ${mtu} bytes, ${bitsPerSecond} bit/s, ${latency} ms`
  return `${plainText(name)}\n  ${kind}, ${facts}\n`
}
