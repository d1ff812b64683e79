import type { Method } from '../../method.ts'
import { contentFrom } from './content-from.ts'
import { content } from './content.ts'
import { inspect } from './inspect.ts'
import { status } from './status.ts'

export const txpool: readonly Method[] = [content, contentFrom, inspect, status]
