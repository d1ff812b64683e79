/**
 * The FIPS 204 context strings under which Pars signs. The set is closed: a signer takes one of
 * these, so that no signature made for one purpose verifies for another. TLS alone uses the empty one.
 *
 * @see FIPS 204, section 5.2
 */
export const contexts = {
  /** A transaction of type 0x50. */
  transaction: 'pars-tx-v1',
  /** Registration, rotation and recovery of account keys; possession of a validator key. */
  key: 'pars-key-v1',
  /** Foreign data: personal messages, typed data. The only one a wallet offers to others. */
  foreign: 'pars-712-v1',
  dag: 'pars-dag-v1',
  checkpoint: 'pars-ckpt-v1',
  closing: 'pars-close-v1',
  recovery: 'pars-recover-v1',
  peer: 'pars-peer-v1',
  identity: 'pars-did-v1',
  prekey: 'pars-prekey-v1',
  vertex: 'pars/vertex/1',
  /** A new address of the mesh, by the keys of the old. */
  succession: 'pars-successor-v1',
} as const

export type Context = (typeof contexts)[keyof typeof contexts]
