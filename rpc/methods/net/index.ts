import type { Method } from '../../method.ts'
import { listening } from './listening.ts'
import { version } from './version.ts'

export const net: readonly Method[] = [listening, version]
