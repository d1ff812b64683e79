import { equal, toBigInt } from '#base'
import { keccak256 } from '#crypto'
import type { Reader } from '#storage'

import type { Proof } from '../port.ts'
import { decodeRecord, emptyCodeHash, emptyRoot } from './account.ts'
import { missing } from './faults.ts'
import { readAt } from './history.ts'
import { accountKey, nodeKey, slotKey } from './layout.ts'
import { shared, toNibbles } from './nibbles.ts'
import { Branch, type Child, decodeNode, isNode, Leaf, type TrieNode } from './node.ts'
import type { MaybePromise } from './source.ts'

type Read = (key: Uint8Array) => MaybePromise<Uint8Array | undefined>

/**
 * Proof that an account and `slots` of its storage are, or are not, in the state after block
 * `height`; undefined = the newest state that `reader` shows. May throw `STATE_PRUNED`.
 *
 * An account that does not exist has no balance, and the hashes of no code and no storage.
 *
 * @see EIP-1186
 */
export async function proveAccount(
  reader: Reader,
  address: Uint8Array,
  slots: readonly Uint8Array[],
  height?: bigint,
): Promise<Proof> {
  const read: Read =
    height === undefined ? (key) => reader.get(key) : (key) => readAt(reader, key, height)
  const bytes = await read(accountKey(address))
  const record = bytes && decodeRecord(bytes)
  const storageHash = record?.storageRoot ?? emptyRoot
  const top = await read(nodeKey(undefined, address, 0))
  const root = top === undefined ? emptyRoot : keccak256(top)
  const storageProof: Proof['storageProof'][number][] = []
  for (const slot of slots) {
    const value = (await read(slotKey(address, slot))) ?? new Uint8Array(0)
    const proof = await prove(read, address, storageHash, keccak256(slot))
    storageProof.push({ key: slot, value: toBigInt(value), proof })
  }
  return {
    address,
    balance: record?.balance ?? 0n,
    nonce: record?.nonce ?? 0n,
    codeHash: record?.codeHash ?? emptyCodeHash,
    storageHash,
    accountProof: await prove(read, undefined, root, keccak256(address)),
    storageProof,
  }
}

/**
 * The RLP of every node from the root towards `key`, up to the last that exists. Nodes that lie
 * inside their parent are not listed.
 * @param owner Address whose storage trie it is; undefined for the account trie.
 */
async function prove(
  read: Read,
  owner: Uint8Array | undefined,
  root: Uint8Array,
  key: Uint8Array,
): Promise<Uint8Array[]> {
  const proof: Uint8Array[] = []
  const path = toNibbles(key)
  let child: Child = equal(root, emptyRoot) ? undefined : root
  for (let depth = 0; child !== undefined && !isNode(child);) {
    let encoded: Uint8Array = child
    if (child.length === 32) {
      encoded = (await read(nodeKey(owner, path, depth))) ?? new Uint8Array(0)
      if (!equal(keccak256(encoded), child)) throw missing('node', child)
      proof.push(encoded)
    }
    const node = decodeNode(encoded)
    child = step(node, path, depth)
    depth += node instanceof Branch ? 1 : node.path.length
  }
  return proof
}

function step(node: TrieNode, path: Uint8Array, depth: number): Child {
  if (node instanceof Branch) return node.children[path[depth] ?? 0]
  if (node instanceof Leaf || shared(node.path, path, depth) < node.path.length) return undefined
  return node.child
}
