import { argon2 } from 'node:crypto'

import { checkRange } from './faults.ts'
import { limits } from './limits.ts'

export interface Argon2Parameters {
  readonly password: Uint8Array
  /** At least 8 bytes; 16 random ones are usual. */
  readonly salt: Uint8Array
  readonly memoryKiB: number
  readonly iterations: number
  /** Lanes. */
  readonly parallelism: number
  /** Of the derived key, 4..1024 bytes. */
  readonly length: number
}

/**
 * Derives a key from a password, on a thread of its own.
 *
 * @throws `CRYPTO_PARAMETER` before any work
 * @see RFC 9106
 */
export async function argon2id({
  password,
  salt,
  memoryKiB,
  iterations,
  parallelism,
  length,
}: Argon2Parameters): Promise<Uint8Array<ArrayBuffer>> {
  checkRange('parallelism', parallelism, 1, limits.argon2Parallelism.value)
  checkRange('memory', memoryKiB, 8 * parallelism, limits.argon2Memory.value)
  checkRange('iterations', iterations, 1, limits.argon2Iterations.value)
  checkRange('salt bytes', salt.length, 8, 1024)
  checkRange('output bytes', length, 4, 1024)
  const parameters = {
    message: password,
    nonce: salt,
    memory: memoryKiB,
    passes: iterations,
    parallelism,
    tagLength: length,
  }
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array<ArrayBuffer>>()
  argon2('argon2id', parameters, (error, key) => {
    if (error === null) resolve(new Uint8Array(key))
    else reject(error)
  })
  return promise
}
