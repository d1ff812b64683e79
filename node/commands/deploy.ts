import type { Command } from 'commander'

import { concat, Fault, hex, type Hex, unhex } from '#base'

import { readText, reasonOf } from '../files.ts'
import { limits } from '../limits.ts'
import { RpcClient } from '../rpc-client.ts'
import { addSendingOptions, amountOf, dataOf, feesOf, type SendingFlags } from './arguments.ts'
import { submit } from './send.ts'
import { unlock } from './unlock.ts'

interface DeployFlags extends SendingFlags {
  readonly from: string
  readonly arguments: Hex
  readonly value?: bigint
  readonly wait: boolean
}

export function configure(command: Command): void {
  command
    .argument('<file>', 'bytecode in hexadecimal, or the JSON that Hardhat, Foundry or solc writes')
    .requiredOption('--from <account>', 'address of a key, or its file')
    .option('--arguments <hex>', 'of the constructor, ABI-encoded', dataOf, '0x')
    .option('--value <tokens>', '1.5 for example, or 1500000000wei', amountOf)
    .option('--no-wait', 'return once the node has acknowledged it')
  addSendingOptions(command)
  command.action(async (file: string, flags: DeployFlags) => {
    const code = bytecodeIn(file, await read(file))
    const rpc = new RpcClient(flags.rpc)
    const wallet = await unlock(flags.from, flags, rpc)
    const data = hex(concat(code, unhex(flags.arguments)))
    const signed = await wallet.sign({ ...feesOf(flags), data, value: flags.value })
    await submit({ rpc, wallet, signed }, flags)
  })
}

async function read(file: string): Promise<string> {
  try {
    return await readText(file, limits.artifactBytes.value)
  } catch (error) {
    throw unusable(file, reasonOf(error))
  }
}

/** Plain, `bytecode` or `bytecode.object` of an artifact, with or without 0x. */
function bytecodeIn(file: string, text: string): Uint8Array {
  const trimmed = text.trim()
  const plain = trimmed.startsWith('{') ? fieldIn(file, trimmed) : trimmed
  const digits = plain.replace(/^0x/, '')
  if (digits.includes('__')) throw unusable(file, 'a library is not linked')
  if (/^(?:[0-9a-fA-F]{2})+$/.test(digits)) return Uint8Array.fromHex(digits)
  throw unusable(file, 'no bytecode')
}

function fieldIn(file: string, text: string): string {
  try {
    const { bytecode, evm } = JSON.parse(text) as Artifact
    const found = bytecode ?? evm?.bytecode
    const code = typeof found === 'object' ? found.object : found
    return typeof code === 'string' ? code : ''
  } catch {
    throw unusable(file, 'not JSON')
  }
}

interface Artifact {
  readonly bytecode?: string | { readonly object?: unknown }
  readonly evm?: { readonly bytecode?: { readonly object?: unknown } }
}

function unusable(file: string, reason: string): Fault {
  return new Fault(
    { code: 'NODE_BYTECODE', file, reason },
    'name a file of bytecode in hexadecimal, or an artifact of a contract that is not abstract',
  )
}
