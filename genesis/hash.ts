import { concat, encodeRlp, type Rlp, trimmed, utf8 } from '#base'
import { keccak256 } from '#crypto'

import { genesisAllocation } from './allocation.ts'
import { type Genesis, genesisFormat } from './genesis.ts'

/**
 * G: what names the network in every handshake, signature and vertex.
 *
 * keccak256 of the ASCII bytes `pars-genesis/2`, then the RLP list
 * ```
 * [ name, [token name, symbol], chainId, salt, dev, timestamp, blockGasLimit, targetBlockMs,
 *   initialBaseFee, feeCollector,
 *   [ [address, balance, nonce, code, [ [slot, word] ... ]] ... ],
 *   [ [algorithm, publicKey] ... ],
 *   [ [name, version, specHash, address, from, module, integrity] ... ],
 *   [ [account, publicKey, stake, peerId, proof] ... ],
 *   allowUnrecoverable ]
 * ```
 * Integers are big-endian without leading zeros, true is 1, false and what is absent are empty, texts
 * are UTF-8. The accounts and keys are those of `genesisAllocation`, in its order, so that G covers
 * the contracts a release brings along; precompiles are in the order of address and height,
 * validators in that of the document. The form of the file (order of keys, white space, the case of
 * digits, the notation of numbers) has no part in it.
 *
 * @see PIP-0004
 */
export function genesisHash(genesis: Genesis): Uint8Array<ArrayBuffer> {
  const { accounts, keys } = genesisAllocation(genesis)
  const fields: Rlp = [
    utf8(genesis.name),
    [utf8(genesis.token.name), utf8(genesis.token.symbol)],
    trimmed(genesis.chainId),
    genesis.salt,
    flag(genesis.dev),
    trimmed(genesis.timestamp),
    trimmed(genesis.blockGasLimit),
    trimmed(genesis.targetBlockMs),
    trimmed(genesis.initialBaseFee),
    genesis.feeCollector,
    accounts.map(({ address, balance, nonce, code, storage }) => [
      address,
      trimmed(balance),
      trimmed(nonce),
      code,
      storage,
    ]),
    keys.map(({ algorithm, publicKey }) => [Uint8Array.of(algorithm), publicKey]),
    genesis.precompiles.map(({ name, version, specHash, address, from, module, integrity }) => [
      utf8(name),
      utf8(version),
      specHash,
      address,
      trimmed(from),
      utf8(module ?? ''),
      utf8(integrity ?? ''),
    ]),
    genesis.validators.map(({ account, publicKey, stake, peerId, proof }) => [
      account,
      publicKey,
      trimmed(stake),
      utf8(peerId),
      proof,
    ]),
    flag(genesis.allowUnrecoverable),
  ]
  return keccak256(concat(utf8(genesisFormat), encodeRlp(fields)))
}

function flag(value: boolean): Uint8Array {
  return trimmed(value ? 1 : 0)
}
