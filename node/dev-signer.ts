import { Fault, hex, unhex } from '#base'
import { mlDsa } from '#crypto'
import { defaultAlgorithm, testSeeds } from '#protocol'
import type { DevSigner } from '#rpc'
import { Account, keyOf } from '#sdk'

import { engineOf } from './wallet.ts'

interface Network {
  readonly chainId: bigint
  readonly genesisHash: Uint8Array
}

/** Signs with the ten published test keys. Only for a network whose genesis says `dev`. */
export function createDevSigner({ chainId, genesisHash }: Network): DevSigner {
  const accounts = new Map(
    testSeeds.map((seed) => {
      const key = keyOf(engineOf(mlDsa(defaultAlgorithm).fromSeed(seed)))
      return [key.address, new Account(key, { networkId: hex(genesisHash) })]
    }),
  )
  const accountOf = (address: Uint8Array): Account => {
    const account = accounts.get(hex(address))
    if (account !== undefined) return account
    throw new Fault(
      { code: 'NODE_UNKNOWN_ACCOUNT', account: hex(address) },
      'unknown account: this node signs for the addresses of eth_accounts only',
    )
  }
  return {
    accounts: () => [...accounts.keys()].map((address) => unhex(address)),
    algorithm: (address) => accountOf(address).key.engine.algorithm,
    async sign({ from, to, gas, data, accessList, ...fields }) {
      const { hash, wire } = await accountOf(from).signTransaction({
        ...fields,
        chainId,
        gasLimit: gas,
        to: to === undefined ? undefined : hex(to),
        data: hex(data),
        accessList: accessList.map(([address, slots]) => ({
          address: hex(address),
          storageKeys: slots.map(hex),
        })),
      })
      return { hash: unhex(hash), wire: unhex(wire) }
    },
  }
}
