import { decodeEventLog, encodeDeployData, encodeFunctionData } from 'viem'

import { type Hex, unhex } from '#base'

import type { StoredReceipt } from '../../../chain/port.ts'
import { compile } from '../../precompiles/compile.ts'
import { type Account, accounts, type Network } from './network.ts'

const compiled = compile('test/contracts/Attackers.sol')

/** One of the contracts of Attackers.sol. */
function contract(name: string): {
  readonly abi: readonly object[]
  readonly bytecode: Hex
} {
  const found = compiled[name]
  if (found === undefined) throw new Error(`no contract ${name}`)
  return found
}

export function deployData(name: string, args: readonly unknown[] = []): Uint8Array {
  const { abi, bytecode } = contract(name)
  return unhex(encodeDeployData({ abi, bytecode, args }))
}

export function callData(name: string, functionName: string, args: readonly unknown[]): Uint8Array {
  const { abi } = contract(name)
  return unhex(encodeFunctionData({ abi, functionName, args }))
}

export async function deploy(
  network: Network,
  name: string,
  args: readonly unknown[] = [],
  from: Account | undefined = accounts[8],
): Promise<Uint8Array> {
  if (from === undefined) throw new Error('no account')
  const receipt = await network.run(from, {
    to: new Uint8Array(0),
    data: deployData(name, args),
    gasLimit: 4_000_000n,
  })
  if (receipt?.contractAddress === undefined || receipt.status !== 1)
    throw new Error('not deployed')
  return receipt.contractAddress
}

/** What the `Outcome` events of a receipt say. */
export function outcomes(receipt: StoredReceipt | undefined): { ok: boolean; output: Hex }[] {
  const { abi } = contract('Lender')
  return (receipt?.logs ?? []).flatMap(({ topics, data }) => {
    const decoded = decodeEventLog({
      abi,
      topics: topics.map((topic) => `0x${topic.toHex()}`) as [Hex, ...Hex[]],
      data: `0x${data.toHex()}`,
      strict: false,
    }) as { eventName?: string; args?: { succeeded: boolean; output: Hex } }
    if (decoded.eventName !== 'Outcome' || decoded.args === undefined) return []
    return [{ ok: decoded.args.succeeded, output: decoded.args.output }]
  })
}
