import process from 'node:process'

import type { Command } from 'commander'

import { isFault, silent } from '#base'

import { systemClock } from '../../clock.ts'
import { limits } from '../../governance/limits.ts'
import { Watch } from '../../governance/watch.ts'
import { RpcClient } from '../../rpc-client.ts'
import { addRpcOptions, type RpcFlags } from '../arguments.ts'
import { looks } from '../polling.ts'
import { plainText } from '../printing.ts'
import { stopSignal } from '../stop-signal.ts'
import { numberOf } from './arguments.ts'

export function configure(command: Command): void {
  command.argument('[number]', 'of one PIP: ends with it; all of them unless given', numberOf)
  command.addHelpText(
    'after',
    `
Prints a line for each change of status, and for each step from when on it may be taken. Runs until it is
stopped, through restarts of the node. For example: pars pip watch 42`,
  )
  addRpcOptions(command).action(async (number: number | undefined, flags: RpcFlags) => {
    const watch = new Watch(new RpcClient(flags.rpc), number)
    let signal: string | undefined
    void stopSignal(silent, systemClock).then((name) => (signal = name))
    await looks(limits.pollTime.value, async () => {
      try {
        for (const news of await watch.look()) {
          const line = `PIP-${news.number} ${news.what}`
          process.stdout.write(flags.json ? `${JSON.stringify(news)}\n` : `${plainText(line)}\n`)
        }
      } catch (error) {
        if (!isFault(error, 'NODE_UNREACHABLE')) throw error
      }
      return watch.isOver ? 'over' : signal
    })
  })
}
