import type { Method } from '../../method.ts'
import { getNonce } from './get-nonce.ts'
import { networkId } from './network-id.ts'

export const pars: readonly Method[] = [getNonce, networkId]
