import { homedir } from 'node:os'
import path from 'node:path'

/** Where everything is kept unless told otherwise. */
export function parsHome(): string {
  return path.join(homedir(), '.pars')
}

/** Where keys are kept unless told otherwise. */
export function defaultKeyFolder(): string {
  return path.join(parsHome(), 'keys')
}
