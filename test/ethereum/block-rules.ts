import type { Block } from '@ethereumjs/block'
import type { EVMResult } from '@ethereumjs/evm'
import { Account, Address } from '@ethereumjs/util'

/** What Ethereum's blocks do beside their transactions: system calls, withdrawals, rewards, requests. */
import { concat, equal, unhex } from '#base'
import { sha256 } from '#crypto'

import type { Executor } from '../../chain/evm/index.ts'
import type { BlockView, Header, LogEntry } from '../../chain/port.ts'
import type { BlockRules } from '../../chain/profile.ts'

const address = (text: `0x${string}`): Address => new Address(unhex(text))

const system = address('0xfffffffffffffffffffffffffffffffffffffffe')
const beaconRoots = address('0x000f3df6d732807ef1319fb7b8bb8522d0beac02')
const history = address('0x0000f90827f1c53a10cb7a02335b175320002935')
const withdrawalRequests = address('0x00000961ef480eb55e80d19ad83579a64c007002')
const consolidationRequests = address('0x0000bbddc7ce488642fb579f8b00f3a590007251')
const systemGas = 30_000_000n
const gwei = 1_000_000_000n

/** Blocks without ommers and withdrawals: a header alone does not say them. */
export function ethereumBlockRules(depositContract: Uint8Array): BlockRules {
  return {
    async begin({ executor, header, vmBlock }) {
      await beginBlock(executor, vmBlock, header)
      return []
    },
    prepare: () => Promise.resolve(),
    async end({ executor, vmBlock }, logs) {
      const requests = vmBlock.common.isActivatedEIP(7685)
        ? await requestsOf(executor, vmBlock, logs, depositContract)
        : undefined
      await endBlock(executor, vmBlock, { ommers: [], withdrawals: undefined })
      return requests === undefined ? {} : { requestsHash: requestsHash(requests) }
    },
  }
}

/** EIP-4788 and EIP-2935, before the first transaction. */
export async function beginBlock(
  executor: Executor,
  block: Block,
  header: Pick<Header, 'parentHash' | 'parentBeaconBlockRoot'>,
): Promise<void> {
  const { common: rules } = block
  if (rules.isActivatedEIP(4788) && header.parentBeaconBlockRoot !== undefined) {
    await systemCall(executor, block, beaconRoots, header.parentBeaconBlockRoot)
  }
  if (rules.isActivatedEIP(2935)) await systemCall(executor, block, history, header.parentHash)
}

/** Withdrawals, or before the merge the rewards of the miner and of the ommers' miners. */
export async function endBlock(
  executor: Executor,
  block: Block,
  {
    ommers,
    withdrawals,
  }: {
    readonly ommers: readonly Pick<Header, 'number' | 'beneficiary'>[]
    readonly withdrawals: BlockView['withdrawals']
  },
): Promise<void> {
  for (const withdrawal of withdrawals ?? []) {
    await credit(executor, new Address(withdrawal.address), withdrawal.amount * gwei)
  }
  if (block.common.consensusType() === 'pow') {
    const reward = block.common.param('minerReward')
    for (const ommer of ommers) {
      const age = block.header.number - ommer.number
      await credit(executor, new Address(ommer.beneficiary), ((8n - age) * reward) / 8n)
    }
    const inclusion = (reward / 32n) * BigInt(ommers.length)
    await credit(executor, block.header.coinbase, reward + inclusion)
  }
  await executor.evm.journal.cleanup()
}

async function credit({ evm }: Executor, to: Address, amount: bigint): Promise<void> {
  const account = (await evm.stateManager.getAccount(to)) ?? new Account()
  account.balance += amount
  await evm.journal.putAccount(to, account)
}

/** A call by the system account, which pays no gas and keeps no nonce. No code there: nothing. */
async function systemCall(
  { evm }: Executor,
  block: Block,
  to: Address,
  data: Uint8Array,
): Promise<EVMResult> {
  const result = await evm.runCall({
    block,
    caller: system,
    to,
    data,
    gasLimit: systemGas,
    skipNonceIncrement: true,
  })
  await evm.journal.cleanup()
  evm.stateManager.originalStorageCache.clear()
  return result
}

/** The EIP-7685 requests of a block whose transactions have run, each with its type byte. */
export async function requestsOf(
  executor: Executor,
  block: Block,
  logs: readonly LogEntry[],
  depositContract: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const withdrawals = await systemCall(executor, block, withdrawalRequests, new Uint8Array(0))
  const consolidations = await systemCall(executor, block, consolidationRequests, new Uint8Array(0))
  const bodies = [
    depositsOf(logs, depositContract),
    withdrawals.execResult.returnValue,
    consolidations.execResult.returnValue,
  ]
  return bodies
    .map((body, type) => concat(Uint8Array.of(type), body))
    .filter((request) => request.length > 1)
}

/** sha256 over the sha256 of each. @see EIP-7685 */
export function requestsHash(requests: readonly Uint8Array[]): Uint8Array {
  return sha256(concat(...requests.map((request) => sha256(request))))
}

const depositTopic = unhex('0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5')
/** Offset and length in the event's data: key, credentials, amount, signature, index. */
const depositFields = [
  [192, 48],
  [288, 32],
  [352, 8],
  [416, 96],
  [544, 8],
] as const

/** @see EIP-6110 */
function depositsOf(logs: readonly LogEntry[], depositContract: Uint8Array): Uint8Array {
  const deposits = logs.filter(
    (log) => equal(log.address, depositContract) && equal(log.topics[0] ?? log.data, depositTopic),
  )
  return concat(
    ...deposits.flatMap(({ data }) =>
      depositFields.map(([offset, length]) => data.subarray(offset, offset + length)),
    ),
  )
}
