import type { Method } from '../../method.ts'
import { clientVersion } from './client-version.ts'
import { sha3 } from './sha3.ts'

export const web3: readonly Method[] = [clientVersion, sha3]
