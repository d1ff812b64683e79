import type { Method } from '../../method.ts'
import { getCheckpoint } from './get-checkpoint.ts'
import { getClaim } from './get-claim.ts'
import { getClaims } from './get-claims.ts'
import { getDagTips } from './get-dag-tips.ts'
import { getDid } from './get-did.ts'
import { getFinality } from './get-finality.ts'
import { getModel } from './get-model.ts'
import { getModels } from './get-models.ts'
import { getNonce } from './get-nonce.ts'
import { getPipContent } from './get-pip-content.ts'
import { getPip } from './get-pip.ts'
import { getPips } from './get-pips.ts'
import { getPrekeyRoot } from './get-prekey-root.ts'
import { getSessionKeys } from './get-session-keys.ts'
import { getUpgradeSchedule } from './get-upgrade-schedule.ts'
import { getValidators } from './get-validators.ts'
import { getVotes } from './get-votes.ts'
import { networkId } from './network-id.ts'
import { nodeStatus } from './node-status.ts'
import { peers } from './peers.ts'
import { simulatePip } from './simulate-pip.ts'

export const pars: readonly Method[] = [
  getCheckpoint,
  getClaim,
  getClaims,
  getDagTips,
  getDid,
  getFinality,
  getModel,
  getModels,
  getNonce,
  getPip,
  getPipContent,
  getPips,
  getPrekeyRoot,
  getSessionKeys,
  getUpgradeSchedule,
  getValidators,
  getVotes,
  networkId,
  nodeStatus,
  peers,
  simulatePip,
]
