/** Which recovery key counts now: a scheduled change takes over by time alone, without a call. */
import type { PrecompileView } from '../plugin.ts'
import { isUnset } from './authority.ts'
import { type AccountRecord, field } from './record.ts'

const none = new Uint8Array(32)

export interface RecoverySetting {
  /** Of the recovery key; undefined when recovery is not set up. */
  readonly keyHash: Uint8Array | undefined
  /** In seconds, doubled by each cancel in a row. */
  readonly delay: bigint
  readonly cancels: bigint
}

/** A setting that will hold from `due` on. */
export interface ScheduledSetting {
  readonly keyHash: Uint8Array | undefined
  readonly delay: bigint
  readonly due: bigint
}

function hash(word: Uint8Array): Uint8Array | undefined {
  return isUnset(word) ? undefined : word
}

export function scheduledSetting(record: AccountRecord): ScheduledSetting | undefined {
  const due = record.number(field.nextDue)
  if (due === 0n) return undefined
  const keyHash = hash(record.word(field.nextRecoveryKeyHash))
  return { keyHash, delay: record.number(field.nextRecoveryDelay), due }
}

export function settingNow(
  { timestamp }: PrecompileView,
  record: AccountRecord,
  scheduled: ScheduledSetting | undefined,
): RecoverySetting {
  if (scheduled !== undefined && timestamp >= scheduled.due) {
    return { keyHash: scheduled.keyHash, delay: scheduled.delay, cancels: 0n }
  }
  const keyHash = hash(record.word(field.recoveryKeyHash))
  const cancels = record.number(field.cancels)
  return { keyHash, delay: record.number(field.recoveryDelay) << cancels, cancels }
}

/** Writes down a change that has come due; forgets one that has not. */
export function settle(
  { timestamp }: PrecompileView,
  record: AccountRecord,
  scheduled: ScheduledSetting | undefined,
): void {
  if (scheduled === undefined) return
  if (timestamp >= scheduled.due) {
    record.set(field.recoveryKeyHash, scheduled.keyHash ?? none)
    record.set(field.recoveryDelay, scheduled.delay)
    record.set(field.cancels, 0n)
  }
  schedule(record, { keyHash: undefined, delay: 0n, due: 0n })
}

export function schedule(record: AccountRecord, { keyHash, delay, due }: ScheduledSetting): void {
  record.set(field.nextRecoveryKeyHash, keyHash ?? none)
  record.set(field.nextRecoveryDelay, delay)
  record.set(field.nextDue, due)
}
