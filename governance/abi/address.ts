/** Addresses as people write them. @see EIP-55, "Mixed-case checksum address encoding" */
import { type Hex, hex, unhex, utf8 } from '#base'
import { keccak256 } from '#crypto'

/** 20 bytes; undefined for another text, and for one of both cases whose cases are no checksum. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined
  const isMixed = /[a-f]/.test(text) && /[A-F]/.test(text)
  return isMixed && text !== checksummed(text) ? undefined : unhex(text)
}

/** With its checksum. */
export function formatAddress(address: Uint8Array): Hex {
  return checksummed(hex(address))
}

function checksummed(text: string): Hex {
  const digits = text.slice(2).toLowerCase()
  const hash = keccak256(utf8(digits)).toHex()
  const cased = Array.from(digits, (digit, index) =>
    (hash[index] ?? '0') >= '8' ? digit.toUpperCase() : digit,
  )
  return `0x${cased.join('')}`
}
