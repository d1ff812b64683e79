import type { Command } from 'commander'

import { print } from '../printing.ts'
import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'

export function configure(command: Command): void {
  addMeshOptions(command).action(async (flags: MeshFlags) => {
    print(flags.json === true, await askMesh<object>(flags, 'mesh_status'))
  })
}
