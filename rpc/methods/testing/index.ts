import type { Method } from '../../method.ts'
import { buildBlockV1 } from './build-block-v1.ts'

export const testing: readonly Method[] = [buildBlockV1]
