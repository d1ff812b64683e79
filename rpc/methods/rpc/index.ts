import type { Method } from '../../method.ts'
import { discover } from './discover.ts'
import { modules } from './modules.ts'

export const rpc: readonly Method[] = [discover, modules]
