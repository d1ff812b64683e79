/**
 * The certificate that carries a node's key through TLS. Nobody reads anything in it but the key:
 * names, serial number and dates are constants.
 *
 * @see RFC 5280 §4.1, RFC 9881
 */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'

import { concat, unhex } from '#base'

import { bitString, explicit, generalizedTime, integer, sequence, set, utf8String } from './der.ts'

/** id-ml-dsa-65, 2.16.840.1.101.3.4.3.18, without parameters. */
const mlDsa65 = sequence(unhex('0x0609608648016503040312'))
const commonName = unhex('0x0603550403')
const name = sequence(set(sequence(commonName, utf8String('pars'))))
/** @see RFC 5280 §4.1.2.5: 9999-12-31 is "no well-defined expiration date". */
const validity = sequence(generalizedTime('19700101000000Z'), generalizedTime('99991231235959Z'))
const version3 = explicit(0, integer(2))

/** A self-signed X.509 certificate of an ML-DSA-65 key, in DER. */
export function selfSignedCertificate(key: KeyObject): Uint8Array<ArrayBuffer> {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const toBeSigned = sequence(version3, integer(1), mlDsa65, name, validity, name, publicKey)
  return sequence(toBeSigned, mlDsa65, bitString(concat(sign(null, toBeSigned, key))))
}

export function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${der.toBase64()}\n-----END ${label}-----\n`
}
