/** Members with locked PARS, and PIPs in files, for the tests of `pars pip`. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

import { type Abi, decodeFunctionResult, encodeFunctionData } from 'viem'

import { type Hex, quantity } from '#base'
import { chainParams, vePars } from '#contracts'

import type { Bench, Node } from './node.ts'
import { openKeys, Signers } from './signers.ts'

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
export class PipBench extends Signers<Shown> {
  static async open(bench: Bench, node: Node): Promise<PipBench> {
    return new PipBench(bench, node, await openKeys(bench, node, 4), 'pip')
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
