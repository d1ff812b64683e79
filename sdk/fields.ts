/** What every client asks of a request before an account signs it. */
import { Fault, isHex, unhex, utf8 } from '#base'

/** Data in hexadecimal; any other text stands for its UTF-8, as wallets take it. */
export function messageBytes(text: string): Uint8Array {
  return isHex(text) ? unhex(text) : utf8(text)
}

/** Throws `SDK_FIELD_FOREIGN`: dropping a field in silence would sign something else. */
export function refuseForeign(request: {
  readonly blobs?: unknown
  readonly authorizationList?: unknown
}): void {
  for (const field of ['blobs', 'authorizationList'] as const) {
    if (!isGiven(request[field])) continue
    throw new Fault(
      { code: 'SDK_FIELD_FOREIGN', field },
      'leave it out: type 0x50 has neither blobs nor authorisations',
    )
  }
}

/** Throws `SDK_FIELD_MISSING`. */
export function required<Value>(value: Value | null | undefined, field: string): Value {
  if (isGiven(value)) return value
  throw new Fault(
    { code: 'SDK_FIELD_MISSING', field },
    'give it, or let the client prepare the transaction before it is signed',
  )
}

export function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null
}
