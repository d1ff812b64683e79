import type { Method } from '../../method.ts'
import { listening } from './listening.ts'
import { peerCount } from './peer-count.ts'
import { version } from './version.ts'

export const net: readonly Method[] = [listening, peerCount, version]
