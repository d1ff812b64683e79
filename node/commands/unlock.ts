import { Fault, unhex } from '#base'

import { type KeyFile, KeyFolder, readKeyFile } from '../keystore.ts'
import { readPassword } from '../password.ts'
import type { RpcClient } from '../rpc-client.ts'
import { type CurrentKey, currentKey, Wallet } from '../wallet.ts'
import type { FeeFlags, KeyFlags } from './arguments.ts'

/** The keys that a name stands for: those of an account, or the one of a file. */
export async function keysOf(name: string, { keys }: KeyFlags): Promise<readonly KeyFile[]> {
  if (/^0x[0-9a-fA-F]{40}$/.test(name)) return new KeyFolder(keys).find(unhex(name))
  return [await readKeyFile(name)]
}

/** As `keysOf`, of one key alone. Throws `NODE_KEY_AMBIGUOUS`. */
export async function keyOf(name: string, flags: KeyFlags): Promise<KeyFile> {
  const [first, ...others] = await keysOf(name, flags)
  if (first !== undefined && others.length === 0) return first
  const files = [first, ...others].map((one) => one?.file ?? '')
  throw new Fault(
    { code: 'NODE_KEY_AMBIGUOUS', account: name, files: files.join(', ') },
    'the account has several keys: name one by its file',
  )
}

/** The wallet of `name` on the node's network. The password is asked for when all else fits. */
export async function unlock(
  name: string,
  flags: KeyFlags & Pick<FeeFlags, 'chainId'>,
  rpc: RpcClient,
): Promise<Wallet> {
  const key = await currentKey(await keysOf(name, flags), rpc)
  checkChain(key, flags)
  const password = await readPassword({
    file: flags.passwordFile,
    question: `Password of ${key.file}`,
  })
  return Wallet.unlock(key, password, rpc)
}

/** Throws `NODE_CHAIN_ID` for another chain than `--chain-id` says. */
export function checkChain({ network }: CurrentKey, { chainId }: Pick<FeeFlags, 'chainId'>): void {
  if (chainId === undefined || chainId === network.chainId) return
  throw new Fault(
    { code: 'NODE_CHAIN_ID', expected: chainId, found: network.chainId },
    'name the node of that chain with --rpc',
  )
}
