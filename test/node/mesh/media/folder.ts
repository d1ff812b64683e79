import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface Folder {
  readonly path: string
  remove(): Promise<void>
}

export async function makeFolder(): Promise<Folder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pars-media-'))
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
