import process from 'node:process'

import type { Command } from 'commander'

import { plainText } from '../printing.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'

interface PathFacts {
  readonly address: string
  readonly medium: string
  readonly neighbour: string | null
  readonly distance: number
  readonly heardAt: number
}

export function configure(command: Command): void {
  addMeshOptions(command)
    .addHelpText(
      'after',
      '\nA distance counts from a random start for each address: it tells nearer from farther, no more.',
    )
    .action(async (flags: MeshFlags) => {
      const paths = await askMesh<readonly PathFacts[]>(flags, 'mesh_paths')
      process.stdout.write(flags.json ? `${JSON.stringify(paths)}\n` : text(paths))
    })
}

function text(paths: readonly PathFacts[]): string {
  if (paths.length === 0) return 'nobody was heard of yet\n'
  return paths
    .map(({ address, medium, neighbour, distance, heardAt }) => {
      const via = plainText(neighbour === null ? medium : `${medium}, ${neighbour}`)
      const heard = new Date(heardAt).toISOString()
      return `${address}\n  by ${via}, distance ${distance}, heard ${heard}\n`
    })
    .join('')
}
