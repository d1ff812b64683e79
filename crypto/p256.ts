import { createPublicKey, createECDH, hash, verify } from 'node:crypto'

import { concat, empty, fixed, toBigInt } from '#base'

const p = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

type Point = readonly [x: bigint, y: bigint]
const infinity = 'infinity'

const generator = createECDH('prime256v1')

/**
 * Whether (r, s) is an ECDSA signature on P-256 over the 32-byte `digest` by the key (x, y). All five
 * are 32 bytes; anything else, a number out of range and a point off the curve are false. High s is
 * accepted, as the EIP says.
 *
 * OpenSSL is reached through an interface that always hashes the message itself, whereas here only
 * the digest is known. Verification tests e/s·G + r/s·Q. For a fixed message with digest e', that
 * equals e'/s·G + r/s·(Q + c·G) with c = (e − e')/r: the same signature, checked over the fixed
 * message against a shifted key.
 *
 * @see EIP-7951, FIPS 186-5 §6.4.2
 */
export function p256Verify(
  digest: Uint8Array,
  r: Uint8Array,
  s: Uint8Array,
  x: Uint8Array,
  y: Uint8Array,
): boolean {
  if ([digest, r, s, x, y].some(({ length }) => length !== 32)) return false
  const [e, rNumber, sNumber] = [toBigInt(digest), toBigInt(r), toBigInt(s)]
  if (rNumber === 0n || rNumber >= n || sNumber === 0n || sNumber >= n) return false
  const key: Point = [toBigInt(x), toBigInt(y)]
  if (!isOnCurve(key)) return false

  const inverseR = inverse(rNumber, n)
  for (const { message, number } of anchors) {
    const shifted = add(key, timesGenerator(modulo((e - number) * inverseR, n)))
    // At most one message can shift the key to infinity, which OpenSSL refuses to take as a key.
    if (shifted === infinity) continue
    const signature = { key: imported(shifted), dsaEncoding: 'ieee-p1363' } as const
    return verify('sha256', message, signature, concat(r, s))
  }
  return false
}

const anchors = [empty, Uint8Array.of(0)].map((message) => ({
  message,
  number: toBigInt(hash('sha256', message, 'buffer')),
}))

function imported([x, y]: Point): ReturnType<typeof createPublicKey> {
  return createPublicKey({
    key: concat(Uint8Array.of(4), fixed(x, 32), fixed(y, 32)),
    format: 'raw-public',
    asymmetricKeyType: 'ec',
    namedCurve: 'P-256',
  })
}

function isOnCurve([x, y]: Point): boolean {
  if (x >= p || y >= p) return false
  return modulo(y * y - (x * x * x - 3n * x + b), p) === 0n
}

function timesGenerator(scalar: bigint): Point | typeof infinity {
  if (scalar === 0n) return infinity
  generator.setPrivateKey(fixed(scalar, 32))
  const bytes = generator.getPublicKey()
  return [toBigInt(bytes.subarray(1, 33)), toBigInt(bytes.subarray(33))]
}

function add(left: Point, right: Point | typeof infinity): Point | typeof infinity {
  if (right === infinity) return left
  const [x1, y1] = left
  const [x2, y2] = right
  // No point of this curve has y = 0: its order is an odd prime.
  if (x1 === x2 && y1 !== y2) return infinity
  const slope =
    x1 === x2
      ? modulo((3n * x1 * x1 - 3n) * inverse(2n * y1, p), p)
      : modulo((y2 - y1) * inverse(modulo(x2 - x1, p), p), p)
  const x = modulo(slope * slope - x1 - x2, p)
  return [x, modulo(slope * (x1 - x) - y1, p)]
}

function modulo(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [rest, next] = [modulus, modulo(value, modulus)]
  let [factor, nextFactor] = [0n, 1n]
  while (next !== 0n) {
    const quotient = rest / next
    ;[rest, next] = [next, rest - quotient * next]
    ;[factor, nextFactor] = [nextFactor, factor - quotient * nextFactor]
  }
  return modulo(factor, modulus)
}
