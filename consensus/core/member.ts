export interface Member {
  /** ML-DSA-65, 1952 bytes. */
  readonly publicKey: Uint8Array
  readonly stake: bigint
  /** 20 bytes: whom the member works for. */
  readonly account: Uint8Array
  /** Of the member's node. */
  readonly peerId: string
}
