/**
 * How a wallet signs what others hand it: `G || hash` under `contexts.foreign` and no other context,
 * so that no message, whatever it says, is ever a transaction or a vote.
 *
 * @see EIP-191, EIP-712
 */
import { concat, Fault, utf8 } from '#base'

/** `0x19 "Ethereum Signed Message:\n" length message`; its keccak256 is the hash to sign. */
export function personalMessagePreimage(message: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(utf8(`\u0019Ethereum Signed Message:\n${message.length}`), message)
}

/** `0x19 0x01 domainSeparator hashStruct`; its keccak256 is the hash to sign. */
export function typedDataPreimage(
  domainSeparator: Uint8Array,
  structHash: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.of(0x19, 0x01), word(domainSeparator), word(structHash))
}

/** The 64 bytes that ML-DSA signs under `contexts.foreign`. @param networkId G, 32 bytes. */
export function foreignMessage(networkId: Uint8Array, hash: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat(word(networkId), word(hash))
}

function word(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 32) return bytes
  throw new Fault({ code: 'MESSAGE_WORD', bytes: bytes.length }, 'give a hash of 32 bytes')
}
