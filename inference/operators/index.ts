import { arithmetic } from './arithmetic.ts'
import { cast } from './cast.ts'
import { clip } from './clip.ts'
import { concat } from './concat.ts'
import { convolution } from './convolution.ts'
import { gather } from './gather.ts'
import { logic } from './logic.ts'
import { matMulInteger } from './matrix.ts'
import type { Operator } from './operator.ts'
import { ordering } from './order.ts'
import { pad } from './pad.ts'
import { pools } from './pool.ts'
import { reductions } from './reduce.ts'
import { views } from './views.ts'
import { where } from './where.ts'

/** All operators of pars-int-1 beside Constant, which makes no node. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  [
    ...arithmetic,
    cast,
    clip,
    concat,
    convolution,
    gather,
    ...logic,
    matMulInteger,
    ...ordering,
    pad,
    ...pools,
    ...reductions,
    ...views,
    where,
  ].map((operator) => [operator.name, operator]),
)
