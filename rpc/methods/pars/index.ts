import type { Method } from '../../method.ts'
import { getNonce } from './get-nonce.ts'
import { networkId } from './network-id.ts'
import { nodeStatus } from './node-status.ts'
import { peers } from './peers.ts'

export const pars: readonly Method[] = [getNonce, networkId, nodeStatus, peers]
