import type { Command } from 'commander'

import { defaultMeshFolder } from '../../home.ts'
import { IpcClient } from '../../ipc-client.ts'
import { usualPath } from '../../ipc.ts'

export interface MeshFlags {
  readonly data: string
  readonly json?: boolean
}

export function addMeshOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'where the node of the mesh keeps its data', defaultMeshFolder())
    .option('--json', 'print JSON')
}

/** Asks the node that runs on `data`. Throws `NODE_UNREACHABLE` and `NODE_REFUSED`. */
export async function askMesh<Result>(
  { data }: MeshFlags,
  method: string,
  ...params: unknown[]
): Promise<Result> {
  const client = await IpcClient.open(usualPath(data))
  try {
    return await client.ask<Result>(method, ...params)
  } finally {
    client.close()
  }
}
