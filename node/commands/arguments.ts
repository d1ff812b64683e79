/** What the commands take on their line, checked before anything is done. */
import { type Command, InvalidArgumentError, Option } from 'commander'

import { type Hex, isHex } from '#base'
import { type Algorithm, algorithms, defaultAlgorithm } from '#protocol'

import { defaultKeyFolder } from '../home.ts'
import type { Receipt } from '../receipt.ts'
import type { TransactionRequest } from '../wallet.ts'

export interface RpcFlags {
  readonly rpc: string
  readonly json: boolean
}

export interface KeyFlags {
  readonly keys: string
  readonly passwordFile?: string
}

export interface NetworkFlags {
  readonly network?: string
}

export interface FeeFlags {
  readonly gas?: bigint
  readonly maxFee?: bigint
  readonly tip?: bigint
  readonly nonce?: bigint
  readonly chainId?: bigint
}

export interface WaitFlags {
  readonly timeout: number
}

export function addRpcOptions(command: Command): Command {
  return addJsonOption(
    command.addOption(
      new Option('--rpc <url>', 'of the node').env('PARS_RPC').default('http://127.0.0.1:8545'),
    ),
  )
}

export function addPageOptions(command: Command): Command {
  const numbers = [
    ['--start <number>', 'how many to pass over', 0n],
    ['--most <number>', 'how many to print', 100n],
  ] as const
  for (const [flags, description, usual] of numbers) {
    // A help that shows a default writes it as JSON, which knows no bigint.
    const option = new Option(flags, description).argParser(wholeOf)
    command.addOption(option.default(usual, String(usual)))
  }
  return command
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print the result as JSON', false)
}

export function addKeysOption(command: Command): Command {
  return command.addOption(
    new Option('--keys <folder>', 'where keys are kept')
      .env('PARS_KEYS')
      .default(defaultKeyFolder()),
  )
}

export function addKeyOptions(command: Command): Command {
  return addKeysOption(command).addOption(
    new Option(
      '--password-file <file>',
      'whose first line is the password; a terminal is asked unless given',
    ).env('PARS_PASSWORD_FILE'),
  )
}

export function addNetworkOption(command: Command): Command {
  return command.option(
    '--network <source>',
    'that the key is kept for: a genesis document, a preset or a network id; the node is asked unless given',
  )
}

/** ML-DSA-65 unless given. */
export function addAlgorithmOption(command: Command): Command {
  const names = Object.values(algorithms).map(({ name }) => name)
  return command.addOption(
    new Option('--algorithm <name>', `of the key: ${names.join(', ')}`)
      .argParser(algorithmOf)
      .default(defaultAlgorithm, algorithms[defaultAlgorithm].name),
  )
}

function addFeeOptions(command: Command): Command {
  return command
    .option('--gas <gas>', 'limit; estimated unless given', wholeOf)
    .option('--max-fee <wei>', 'per gas, base fee and tip', wholeOf)
    .option('--tip <wei>', 'per gas, for who seals the block', wholeOf)
    .option('--nonce <number>', 'the next one unless given', wholeOf)
    .option('--chain-id <number>', 'refuse to sign for any other', wholeOf)
}

/** What a command takes that sends a transaction. */
export interface SendingFlags extends RpcFlags, KeyFlags, FeeFlags, WaitFlags {}

export function addSendingOptions(command: Command): Command {
  return addWaitOption(addFeeOptions(addKeyOptions(addRpcOptions(command))))
}

export function addWaitOption(command: Command): Command {
  return command.option('--timeout <seconds>', 'how long to wait for a block', secondsFrom(0), 60)
}

export function feesOf({ gas, maxFee, tip, nonce }: FeeFlags): TransactionRequest {
  return { gasLimit: gas, maxFeePerGas: maxFee, maxPriorityFeePerGas: tip, nonce }
}

export function wholeOf(text: string): bigint {
  if (/^\d{1,78}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('Give a whole number.')
}

export function secondsFrom(least: 0 | 1): (text: string) => number {
  return (text) => {
    if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`Give a whole number of seconds from ${least} on.`)
  }
}

/** 0, where it is allowed, takes a free one. */
export function portFrom(least: 0 | 1, most: number): (text: string) => number {
  const free = least === 0 ? '; 0 takes a free one' : ''
  return (text) => {
    const port = Number(text)
    if (/^\d{1,5}$/.test(text) && port >= least && port <= most) return port
    throw new InvalidArgumentError(`A port is a number from ${least} to ${most}${free}.`)
  }
}

/** What stands between commas. */
export function listOf(text: string): string[] {
  return text.split(',').filter((item) => item.length > 0)
}

export function addressOf(text: string): Hex {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as Hex
  throw new InvalidArgumentError('Give an address: 0x and 40 hexadecimal digits.')
}

export function hashOf(text: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex
  throw new InvalidArgumentError('Give a hash: 0x and 64 hexadecimal digits.')
}

export function dataOf(text: string): Hex {
  if (isHex(text)) return text.toLowerCase() as Hex
  throw new InvalidArgumentError('Give bytes: 0x and an even number of hexadecimal digits.')
}

const tokenDigits = 18

/** Tokens with up to 18 decimals, or wei with their unit, in wei. */
export function amountOf(text: string): bigint {
  const [, wei] = /^(\d{1,78})wei$/.exec(text) ?? []
  if (wei !== undefined) return BigInt(wei)
  const [, tokens, decimals = ''] = /^(\d{1,60})(?:\.(\d{1,18}))?$/.exec(text) ?? []
  if (tokens !== undefined) return BigInt(tokens + decimals.padEnd(tokenDigits, '0'))
  throw new InvalidArgumentError('Give tokens, 1.5 for example, or wei: 1500000000wei.')
}

function algorithmOf(text: string): Algorithm {
  const found = Object.entries(algorithms).find(([, { name }]) => name === text)
  if (found !== undefined) return Number(found[0]) as Algorithm
  throw new InvalidArgumentError('Give a name of FIPS 204.')
}

/** What JSON shows of a receipt. */
export function receiptFacts(receipt: Receipt) {
  const { blockNumber, gasUsed, contractAddress, succeeded } = receipt
  return {
    blockNumber: Number(blockNumber),
    gasUsed: Number(gasUsed),
    succeeded,
    ...(contractAddress === undefined ? {} : { contractAddress }),
  }
}

/** One line for people. */
export function receiptLine({ blockNumber, gasUsed, succeeded }: Receipt): string {
  return `${succeeded ? 'succeeded' : 'reverted'} in block ${blockNumber}, gas used ${gasUsed}\n`
}
