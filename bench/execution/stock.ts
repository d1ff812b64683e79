import { createBlockFromRLP } from '@ethereumjs/block'
import { Common, Mainnet } from '@ethereumjs/common'
import { Account, Address } from '@ethereumjs/util'
import { createVM, runBlock, type VM } from '@ethereumjs/vm'

import { chainId, hardfork, type Workload } from './workload.ts'

type Block = Awaited<ReturnType<typeof createBlockFromRLP>>

/** @ethereumjs/vm with every default: its own state manager, trie, precompiles and recovery. */
export class StockChain {
  private readonly vm: VM
  private readonly common: Common

  private constructor(vm: VM, common: Common) {
    this.vm = vm
    this.common = common
  }

  static async open({ accounts }: Workload): Promise<StockChain> {
    const common = new Common({ chain: { ...Mainnet, chainId: Number(chainId) }, hardfork })
    const vm = await createVM({ common })
    for (const { address, nonce, balance, code, storage } of accounts) {
      const at = new Address(address)
      await vm.stateManager.putAccount(at, new Account(nonce, balance))
      if (code.length > 0) await vm.stateManager.putCode(at, code)
      for (const [slot, value] of storage) await vm.stateManager.putStorage(at, slot, value)
    }
    await vm.stateManager.getStateRoot()
    return new StockChain(vm, common)
  }

  decode(block: Uint8Array): Block {
    return createBlockFromRLP(block, { common: this.common, skipConsensusFormatValidation: true })
  }

  /** Recovers all senders, which the transactions remember. */
  recover(block: Block): void {
    for (const transaction of block.transactions) transaction.getSenderAddress()
  }

  async run(block: Block): Promise<Uint8Array> {
    const { stateRoot } = await runBlock(this.vm, { block, skipHeaderValidation: true })
    return stateRoot
  }
}
