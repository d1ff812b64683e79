import path from 'node:path'

import { Fault, isFault, utf8 } from '#base'
import { NodeKey } from '#network'

import { readPrivate, writePrivate } from '../private-file.ts'
import { systemRandom } from '../random.ts'

const seedBytes = 32

/** Where the key by which a node is known on the network is kept, in its data folder. */
export function nodeKeyFile(data: string): string {
  return path.join(data, 'node.key')
}

/**
 * The key of the node whose data is in `data`; made at its first start. It lies there without a
 * password, since a node starts by itself: whoever has it can pose as this node, and can sign
 * neither transactions nor blocks. Throws `NODE_KEY_FORM`, `NODE_FILE`, `NODE_FILE_EXPOSED`.
 */
export async function openNodeKey(data: string): Promise<NodeKey> {
  const file = nodeKeyFile(data)
  try {
    await writePrivate(file, utf8(`${systemRandom.bytes(seedBytes).toHex()}\n`))
  } catch (error) {
    if (!isFault(error, 'NODE_FILE_EXISTS')) throw error
  }
  const text = new TextDecoder().decode(await readPrivate(file, 2 * seedBytes + 1))
  if (!/^[0-9a-f]{64}\n$/.test(text)) {
    throw new Fault(
      { code: 'NODE_KEY_FORM', file },
      'restore it from a backup, or move it away: the node then makes itself a new one',
    )
  }
  return new NodeKey(Uint8Array.fromHex(text.trim()))
}
