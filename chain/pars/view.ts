/** The state that the validity of a transaction depends on, read synchronously. */
export interface StateView {
  /** 20 bytes → what is there, or undefined. */
  account(address: Uint8Array): AccountFacts | undefined
  /** 32 bytes; zeros when never set. */
  word(address: Uint8Array, slot: Uint8Array): Uint8Array
  /** The key table: undefined when nobody registered a key of this keyHash. */
  publicKey(keyHash: Uint8Array): RegisteredKey | undefined
}

export interface AccountFacts {
  readonly nonce: bigint
  readonly balance: bigint
  readonly hasCode: boolean
}

export interface RegisteredKey {
  readonly algorithm: number
  readonly publicKey: Uint8Array
}
