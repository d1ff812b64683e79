/**
 * A validator's key proves that whoever named it has it, and means this network: nobody can put
 * another's key, account or node into a committee.
 *
 * It is made before the genesis is complete, of which it is a part. So it names the network by what is
 * fixed first and stays: chain id and salt.
 *
 * @see PIP-0004 "Proof of a validator"
 */
import { concat, fixed, utf8 } from '#base'
import { mlDsa, type SigningKey } from '#crypto'
import { contexts } from '#protocol'

import type { Genesis, GenesisValidator } from './genesis.ts'

type Network = Pick<Genesis, 'chainId' | 'salt'>
type Seat = Pick<GenesisValidator, 'account' | 'peerId'>

const tag = utf8('pars/validator/1')

function preimage({ chainId, salt }: Network, { account, peerId }: Seat): Uint8Array<ArrayBuffer> {
  return concat(tag, fixed(chainId, 8), salt, account, utf8(peerId))
}

/** @param key ML-DSA-65. @returns The proof for a genesis of that chain id and salt, 3309 bytes. */
export function proveValidator(
  key: SigningKey,
  network: Network,
  seat: Seat,
): Uint8Array<ArrayBuffer> {
  return key.sign(preimage(network, seat), contexts.key)
}

export function isProven(network: Network, validator: GenesisValidator): boolean {
  const { publicKey, proof } = validator
  return mlDsa(0x65).verify(publicKey, preimage(network, validator), proof, contexts.key)
}
