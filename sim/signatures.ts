import { utf8 } from '#base'
import { type Digest } from '#consensus'
import { mlDsa, sha256, type SigningKey } from '#crypto'

/** Who signs in the simulated world, and who checks. */
export interface Signatures {
  publicKey(author: number): Uint8Array
  sign(author: number, digest: Digest): Uint8Array
  isValid(author: number, digest: Digest, signature: Uint8Array): boolean
}

const signatureBytes = 3309
const publicKeyBytes = 1952

/**
 * Hashes that name their signer: as good as signatures among nodes that do not try to forge them,
 * and a thousand times cheaper. Forgers in the simulation use `forged`.
 */
export function hashSignatures(): Signatures {
  return {
    publicKey: (author) => new Uint8Array(publicKeyBytes).fill(author),
    sign: (author, digest) => {
      const signature = new Uint8Array(signatureBytes)
      signature.set(mark(author, digest))
      return signature
    },
    isValid: (author, digest, signature) => {
      const expected = mark(author, digest)
      return (
        signature.length === signatureBytes &&
        expected.every((byte, index) => byte === signature[index])
      )
    },
  }
}

/** ML-DSA-65 with keys from a fixed seed for each author. */
export function realSignatures(size: number): Signatures {
  const algorithm = mlDsa(0x65)
  const keys: readonly SigningKey[] = Array.from({ length: size }, (_, author) =>
    algorithm.fromSeed(sha256(utf8(`simulated validator ${author}`))),
  )
  const keyOf = (author: number): SigningKey => {
    const key = keys[author]
    if (key === undefined) throw new Error(`no key ${author}`)
    return key
  }
  return {
    publicKey: (author) => keyOf(author).publicKey,
    sign: (author, digest) => keyOf(author).sign(Uint8Array.fromHex(digest), 'pars-dag-v1'),
    isValid: (author, digest, signature) =>
      algorithm.verify(
        keyOf(author).publicKey,
        Uint8Array.fromHex(digest),
        signature,
        'pars-dag-v1',
      ),
  }
}

/** What somebody without the key puts in its place. */
export function forged(salt: number): Uint8Array {
  return new Uint8Array(signatureBytes).fill(salt)
}

function mark(author: number, digest: Digest): Uint8Array {
  return sha256(utf8(`${author} ${digest}`))
}
