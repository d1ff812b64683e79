import { empty, Fault, hex } from '#base'
import { addressOfKey, keccak256, mlDsa } from '#crypto'
import {
  contexts,
  defaultAlgorithm,
  encodeTransaction,
  signingPayload,
  testSeeds,
  type UnsignedTransaction,
} from '#protocol'
import type { DevSigner, SignRequest } from '#rpc'

interface Network {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
}

/** Signs with the ten published test keys. Only for a network whose genesis says `dev`. */
export function createDevSigner({ chainId, genesisHash }: Network): DevSigner {
  const keys = testSeeds.map((seed) => mlDsa(defaultAlgorithm).fromSeed(seed))
  const byAddress = new Map(
    keys.map((key) => [hex(addressOfKey(key.algorithm, key.publicKey)), key]),
  )
  const keyOf = (account: Uint8Array) => {
    const key = byAddress.get(hex(account))
    if (key === undefined) {
      throw new Fault(
        { code: 'NODE_UNKNOWN_ACCOUNT', account: hex(account) },
        'unknown account: this node signs for the addresses of eth_accounts only',
      )
    }
    return key
  }
  return {
    accounts: () => [...byAddress.keys()].map((address) => Uint8Array.fromHex(address.slice(2))),
    algorithm: (account) => keyOf(account).algorithm,
    async sign(request: SignRequest) {
      const key = keyOf(request.from)
      const transaction: UnsignedTransaction = {
        chainId,
        nonceKey: 0n,
        nonce: request.nonce,
        validUntil: 0n,
        maxPriorityFeePerGas: request.maxPriorityFeePerGas,
        maxFeePerGas: request.maxFeePerGas,
        gasLimit: request.gas,
        to: request.to ?? empty,
        value: request.value,
        data: request.data,
        accessList: request.accessList,
        sender: request.from,
        algorithm: key.algorithm,
        key: key.publicKey,
      }
      const hash = keccak256(signingPayload(transaction, genesisHash))
      const signature = await key.signAsync(hash, contexts.transaction)
      return { hash, wire: encodeTransaction({ ...transaction, signature }) }
    },
  }
}
