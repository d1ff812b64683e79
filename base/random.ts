/** The only source of randomness below the composition roots. Cryptographically secure in production. */
export interface Random {
  bytes(size: number): Uint8Array<ArrayBuffer>
}
