import type { Method } from '../../method.ts'
import { increaseTime } from './increase-time.ts'
import { mine } from './mine.ts'
import { revert } from './revert.ts'
import { setAutomine } from './set-automine.ts'
import { setIntervalMining } from './set-interval-mining.ts'
import { setNextBlockTimestamp } from './set-next-block-timestamp.ts'
import { snapshot } from './snapshot.ts'

export const evm: readonly Method[] = [
  increaseTime,
  mine,
  revert,
  setAutomine,
  setIntervalMining,
  setNextBlockTimestamp,
  snapshot,
]
