import { homedir } from 'node:os'
import path from 'node:path'

/** Where everything is kept unless told otherwise. */
export function parsHome(): string {
  return path.join(homedir(), '.pars')
}

/** Where a node of the mesh keeps its data unless told otherwise. */
export function defaultMeshFolder(): string {
  return path.join(parsHome(), 'mesh')
}

/** Where keys are kept unless told otherwise. */
export function defaultKeyFolder(): string {
  return path.join(parsHome(), 'keys')
}
