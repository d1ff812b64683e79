import process from 'node:process'

import { type Command, Option } from 'commander'

import { Fault, isFault } from '#base'

import { IpcClient } from '../ipc-client.ts'
import { usualPath } from '../ipc.ts'
import { type RpcAsker, RpcClient } from '../rpc-client.ts'

interface AttachFlags {
  readonly data?: string
  readonly exec?: string
}

export function configure(command: Command): void {
  command
    .argument('[node]', 'its URL, or the path of its socket')
    .addOption(
      new Option('--data <folder>', 'data folder of the node, whose socket is in it').env(
        'PARS_DATA',
      ),
    )
    .option('--exec <expression>', 'print the value of one expression as JSON, and end')
    .addHelpText(
      'after',
      `
Each method of the node is a function, by its own name or below its namespace; what it gives is
waited for. call(name, ...) reaches any method. A bigint goes out as a quantity.
  pars attach --data ~/.pars/devnet
  > eth.getBlockByNumber('latest', false)
  > BigInt(await eth.gasPrice()) * 21000n
  pars attach http://127.0.0.1:8545 --exec 'eth.blockNumber()'
  pars attach --data node-0 --exec 'admin.nodeInfo()'`,
    )
    .action(async (node: string | undefined, { data, exec }: AttachFlags) => {
      const { jsonLine, methodsOf, scopeOf, valueOf } = await import('../attach/scope.ts')
      using connection = await connectionTo(node, data)
      const scope = scopeOf(connection.node, await methodsOf(connection.node))
      if (exec !== undefined) {
        process.stdout.write(jsonLine(await valueOf(exec, scope).catch(refuse)))
        return
      }
      const { prompt } = await import('../attach/prompt.ts')
      await prompt(scope)
    })
}

/** What is wrong with the expression is its writer's: no defect of this program. */
function refuse(error: unknown): never {
  if (isFault(error)) throw error
  throw new Fault({ code: 'NODE_EXPRESSION', reason: String(error) }, 'it is JavaScript: mend it')
}

interface Attached extends Disposable {
  readonly node: RpcAsker
}

async function connectionTo(node: string | undefined, data: string | undefined): Promise<Attached> {
  const place = node ?? (data === undefined ? undefined : usualPath(data))
  if (place === undefined || /^https?:/.test(place)) {
    const url = place ?? process.env['PARS_RPC'] ?? 'http://127.0.0.1:8545'
    return { node: new RpcClient(url), [Symbol.dispose]: () => undefined }
  }
  const client = await IpcClient.open(place)
  return { node: client, [Symbol.dispose]: () => client.close() }
}
