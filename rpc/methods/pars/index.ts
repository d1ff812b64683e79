import type { Method } from '../../method.ts'
import { getCheckpoint } from './get-checkpoint.ts'
import { getDagTips } from './get-dag-tips.ts'
import { getFinality } from './get-finality.ts'
import { getNonce } from './get-nonce.ts'
import { getValidators } from './get-validators.ts'
import { networkId } from './network-id.ts'
import { nodeStatus } from './node-status.ts'
import { peers } from './peers.ts'

export const pars: readonly Method[] = [
  getCheckpoint,
  getDagTips,
  getFinality,
  getNonce,
  getValidators,
  networkId,
  nodeStatus,
  peers,
]
