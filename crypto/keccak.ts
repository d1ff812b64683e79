import { getHashes, hash } from 'node:crypto'

import { createKeccak } from 'hash-wasm'

const wasm = await createKeccak(256)

/** Where OpenSSL's faster permutation has paid for the call into it. */
const nativeFrom = getHashes().includes('keccak-256') ? 1024 : Infinity

/**
 * Keccak-256 with the original padding, as Ethereum uses it: 32 bytes.
 *
 * The WebAssembly hasher is one shared state: it is begun and finished within this call.
 *
 * @see Ethereum Yellow Paper §3
 */
export function keccak256(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length >= nativeFrom) return new Uint8Array(hash('keccak-256', bytes, 'buffer'))
  return wasm.init().update(bytes).digest('binary') as Uint8Array<ArrayBuffer>
}
