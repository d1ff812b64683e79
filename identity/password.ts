import { Fault, utf8 } from '#base'

import { limits } from './limits.ts'

const least = 8

/** The bytes that a password stands for, the same from every keyboard. Throws `IDENTITY_PASSWORD_LENGTH`. */
export function passwordBytes(password: string): Uint8Array {
  const bytes = utf8(password.normalize('NFKC'))
  const most = limits.passwordBytes.value
  if (bytes.length >= least && bytes.length <= most) return bytes
  throw new Fault(
    { code: 'IDENTITY_PASSWORD_LENGTH', least, most },
    `a password has ${least} to ${most} bytes`,
  )
}
