import { VM } from '@ethereumjs/vm'

import { Fault } from '#base'
import type { Precompile } from '#precompiles'

import type { TransactionContext } from './context.ts'
import { PluginEvm, type PluginEvmOptions } from './plugin-evm.ts'
import { quietly } from './quietly.ts'

export interface ExecutorOptions extends PluginEvmOptions {
  readonly plugins?: readonly Precompile[]
}

/** What runs the transactions of a block, over one state. */
export interface Executor {
  /** For `runTx(vm, …)` of @ethereumjs/vm. */
  readonly vm: VM
  readonly evm: PluginEvm
  /** What plugins may know of the next transaction. */
  context: TransactionContext | undefined
  setActive(plugins: readonly Precompile[]): void
}

/** Stock copies would be stock VMs: without plugins, and with another state. */
class SingleVm extends VM {
  override readonly _emit = quietly(this.events)

  override shallowCopy(): never {
    throw new Fault({ code: 'EVM_NOT_COPYABLE' }, 'create another executor over its own state')
  }
}

export function createExecutor({ plugins = [], ...options }: ExecutorOptions): Executor {
  const evm = new PluginEvm(options)
  evm.setActive(plugins)
  const vm = new SingleVm({
    common: options.rules,
    stateManager: options.state,
    blockchain: evm.blockchain,
    evm,
  })
  return {
    vm,
    evm,
    get context() {
      return evm.context
    },
    set context(context) {
      evm.context = context
    },
    setActive(active) {
      evm.setActive(active)
    },
  }
}
