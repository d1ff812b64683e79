/** Blocks and transactions of Ethereum's chain that nobody made, as geth forms them. */
import { concat, encodeRlp, type Rlp, trimmed } from '#base'
import { keccak256 } from '#crypto'

import { emptyOmmersHash, zeroNonce } from '../../chain/block/header.ts'
import type { Authorization, SimulatedTransaction } from '../../chain/call-port.ts'
import type { FastCommon } from '../../chain/evm/index.ts'
import type { Header } from '../../chain/port.ts'
import type { SimulationRules } from '../../chain/profile.ts'
import { emptyRoot } from '../../chain/state/index.ts'
import { authorize } from './authorize.ts'
import { nextExcessBlobGas } from './fees.ts'

type Rules = (at: Pick<Header, 'number' | 'timestamp'>) => FastCommon
type Unnamed = Omit<SimulatedTransaction, 'type' | 'hash'>

export function ethereumSimulation(chainId: bigint, rules: Rules): SimulationRules {
  return {
    blockSeconds: 12n,
    header(parent, at) {
      const active = rules(at)
      return {
        ommersHash: emptyOmmersHash,
        beneficiary: parent.beneficiary,
        difficulty: active.consensusType() === 'pos' ? 0n : parent.difficulty,
        ...at,
        gasLimit: parent.gasLimit,
        extraData: new Uint8Array(0),
        prevRandao: new Uint8Array(32),
        nonce: zeroNonce,
        ...(active.isActivatedEIP(4895) ? { withdrawalsRoot: emptyRoot } : {}),
        ...(active.isActivatedEIP(4844)
          ? {
              blobGasUsed: 0n,
              excessBlobGas:
                parent.excessBlobGas === undefined ? 0n : nextExcessBlobGas(parent, active),
              parentBeaconBlockRoot: new Uint8Array(32),
            }
          : {}),
      }
    },
    authorize: (execution, authorizations) => authorize(chainId, execution, authorizations),
    encode(transaction, { gasPrice }, at) {
      const isLegacy = gasPrice !== undefined || !rules(at).isActivatedEIP(1559)
      const type = isLegacy ? 0 : typeOf(transaction)
      const body = encodeRlp(type === 0 ? legacyFields(transaction) : fields(chainId, transaction))
      const wire = type === 0 ? body : concat(Uint8Array.of(type), body)
      return { type, wire, hash: keccak256(wire) }
    },
  }
}

function typeOf({ authorizations, blobs }: Unnamed): number {
  if (authorizations.length > 0) return 4
  return blobs === undefined ? 2 : 3
}

const unsigned = [new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)]

function legacyFields({ nonce, maxFeePerGas, gas, to, value, data }: Unnamed): Rlp {
  return [
    trimmed(nonce),
    trimmed(maxFeePerGas),
    trimmed(gas),
    to ?? new Uint8Array(0),
    trimmed(value),
    data,
    ...unsigned,
  ]
}

function fields(chainId: bigint, transaction: Unnamed): Rlp {
  const { nonce, maxFeePerGas, maxPriorityFeePerGas, gas, to, value, data, blobs } = transaction
  return [
    trimmed(chainId),
    trimmed(nonce),
    trimmed(maxPriorityFeePerGas),
    trimmed(maxFeePerGas),
    trimmed(gas),
    to ?? new Uint8Array(0),
    trimmed(value),
    data,
    transaction.accessList,
    ...(blobs === undefined ? [] : [trimmed(blobs.maxFeePerGas), blobs.hashes]),
    ...(transaction.authorizations.length === 0 ? [] : [transaction.authorizations.map(tuple)]),
    ...unsigned,
  ]
}

function tuple({ chainId, address, nonce, yParity, r, s }: Authorization): Rlp {
  return [trimmed(chainId), address, ...[nonce, yParity, r, s].map((value) => trimmed(value))]
}
