import type { Command } from 'commander'

import { addMeshOptions, askMesh, type MeshFlags } from './asking.ts'

export function configure(command: Command): void {
  addMeshOptions(command).action(async (flags: MeshFlags) => {
    await askMesh(flags, 'mesh_announce')
  })
}
