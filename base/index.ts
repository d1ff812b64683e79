/**
 * What every other folder may use: bytes, canonical RLP, coded faults, limits, and the ports for
 * clock, randomness and log. Knows no domain.
 *
 * @module
 */
export {
  compare,
  concat,
  empty,
  equal,
  fixed,
  hex,
  type Hex,
  isHex,
  padLeft,
  quantity,
  toBigInt,
  trimLeft,
  trimmed,
  unhex,
  utf8,
} from './bytes.ts'
export type { Clock, Timer } from './clock.ts'
export { Fault, isFault, plainFacts } from './fault.ts'
export type { Limit, Limits } from './limits.ts'
export { type Log, type LogLevel, silent } from './log.ts'
export type { Random } from './random.ts'
export { decodeRlp, encodeRlp, type Rlp, rlpList } from './rlp.ts'
export { Timeline } from './timeline.ts'
