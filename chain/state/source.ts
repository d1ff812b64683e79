import type { AccountRecord } from './account.ts'

export type MaybePromise<Value> = Value | Promise<Value>

/** The state that an overlay stands on. Answers at once or later; never changes what it answered. */
export interface StateSource {
  /** Whether every answer comes at once, except `slots`. */
  readonly isImmediate: boolean
  account(address: Uint8Array): MaybePromise<AccountRecord | undefined>
  /** Without leading zeros; no bytes when never set. */
  storage(address: Uint8Array, slot: Uint8Array): MaybePromise<Uint8Array>
  /**
   * Every slot of `address` that is not zero, 32 bytes, with its value. Throws `STATE_MANY_SLOTS` where
   * there are more than `most`.
   */
  slots(
    address: Uint8Array,
    most?: number,
  ): Promise<readonly (readonly [slot: Uint8Array, value: Uint8Array])[]>
  /** Code that an account refers to. Throws `STATE_MISSING_BYTES`, never answers with nothing. */
  code(codeHash: Uint8Array): MaybePromise<Uint8Array>
  /** algorithm ‖ public key; undefined when nobody registered it, now: keys stay for ever. */
  key(keyHash: Uint8Array): MaybePromise<Uint8Array | undefined>
  /** By SHA3-256; undefined when no precompile put it, now: blobs stay for ever. */
  blob(hash: Uint8Array): MaybePromise<Uint8Array | undefined>
}
