/** Members with locked PARS, and PIPs in files, for the tests of `pars pip`. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

import { type Abi, decodeFunctionResult, encodeFunctionData } from 'viem'

import { type Hex, quantity, unhex } from '#base'
import { chainParams, vePars } from '#contracts'
import { mlDsa } from '#crypto'
import { testSeeds } from '#protocol'

import { KeyFolder } from '../../node/keystore.ts'
import { password, seal } from '../identity/keys.ts'
import type { Bench, Command, Ended, Node } from './node.ts'

const pars = 10n ** 18n

export interface Shown {
  readonly [name: string]: unknown
  readonly status: string
}

export interface Contract {
  readonly address: Hex
  readonly abi: Abi
}

/** `pars pip` on one node, with its development accounts as keys. */
export class PipBench {
  readonly bench: Bench
  readonly node: Node
  readonly accounts: readonly Hex[]

  private constructor(bench: Bench, node: Node, accounts: readonly Hex[]) {
    this.bench = bench
    this.node = node
    this.accounts = accounts
  }

  static async open(bench: Bench, node: Node): Promise<PipBench> {
    const networkId = unhex(await node.ask<Hex>('pars_networkId'))
    for (const seed of testSeeds.slice(0, 4)) {
      const key = mlDsa(0x65).fromSeed(seed)
      await new KeyFolder(bench.path('keys')).add(await seal({ key, networkId }))
    }
    writeFileSync(bench.path('password'), password, { mode: 0o600 })
    return new PipBench(bench, node, await node.ask<Hex[]>('eth_accounts'))
  }

  /** What makes a command sign as an account. */
  from(account: number): readonly string[] {
    const keys = ['--keys', this.bench.path('keys'), '--password-file', this.bench.path('password')]
    return ['--from', this.accounts[account]!, ...keys, ...this.at]
  }

  get at(): readonly string[] {
    return ['--rpc', this.node.url]
  }

  start(...line: readonly string[]): Command {
    return this.bench.start('pip', ...line)
  }

  run(...line: readonly string[]): Promise<Ended> {
    return this.bench.run('pip', ...line)
  }

  async json(...line: readonly string[]): Promise<Shown> {
    const { code, stdout, stderr } = await this.run(...line, '--json')
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout) as Shown
  }

  /** Has the next block be so many seconds later, and makes it. */
  async pass(seconds: number): Promise<void> {
    await this.node.ask('evm_increaseTime', quantity(seconds))
    await this.node.ask('evm_mine')
  }

  async send(
    account: number,
    { address, abi }: Contract,
    functionName: string,
    args: readonly unknown[],
    value = 0n,
  ): Promise<void> {
    const data = encodeFunctionData({ abi, functionName, args })
    const gas = quantity(2_000_000)
    const from = this.accounts[account]
    const fields = { from, to: address, data, value: quantity(value), gas }
    const hash = await this.node.ask<Hex>('eth_sendTransaction', fields)
    const { status } = await this.node.receipt<{ status: string }>(hash)
    assert.equal(status, '0x1', functionName)
  }

  /** For four years. */
  lock(account: number, amount: bigint): Promise<void> {
    return this.send(account, vePars, 'lock', [1_456n * 86_400n], amount * pars)
  }

  async parameter(name: string): Promise<bigint> {
    const { abi, address } = chainParams
    const key: Hex = `0x${Buffer.from(name).toString('hex').padEnd(64, '0')}`
    const data = encodeFunctionData({ abi, functionName: 'get', args: [key] })
    const answer = await this.node.ask<Hex>('eth_call', { to: address, data }, 'latest')
    return decodeFunctionResult({ abi, functionName: 'get', data: answer })
  }

  /** The file of a new PIP that says something everywhere, with actions. */
  async write(number: number, title: string, ...actions: readonly string[]): Promise<string> {
    const folder = ['--author', 'Ada', '--out', this.bench.path()]
    const { file } = await this.json('new', String(number), title, ...folder)
    this.amend(String(file), ...actions)
    return String(file)
  }

  /** Replaces what the sections of a file say. */
  amend(file: string, ...actions: readonly string[]): void {
    const [head = '', ...sections] = readFileSync(file, 'utf8').split(/^(?=## )/m)
    const block = actions.length === 0 ? [] : ['', '```actions', ...actions, '```']
    const written = sections.map((section) => {
      const [heading = ''] = section.split('\n')
      const isPlace = heading === '## Specification'
      return [heading, '', `Words ${actions.length}.`, ...(isPlace ? block : []), '', ''].join('\n')
    })
    writeFileSync(file, `${head}${written.join('')}`.trimEnd() + '\n')
  }
}
