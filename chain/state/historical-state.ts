import { equal } from '#base'
import { keccak256 } from '#crypto'
import type { Reader } from '#storage'

import { emptyRoot } from './account.ts'
import { missing } from './faults.ts'
import { historicalSource, readAt } from './history.ts'
import { nodeKey } from './layout.ts'
import { shared, toNibbles } from './nibbles.ts'
import { Branch, type Child, decodeNode, isNode, Leaf, type TrieNode } from './node.ts'
import { State } from './state.ts'
import type { TrieVisit } from './visits.ts'

/**
 * The state after block `height` with its tries: ask for its root with `rootLater`. Over a store that
 * is being written, take a snapshot. Every answer may be `STATE_PRUNED`.
 */
export function historicalState(reader: Reader, height: bigint): State {
  const nodes = new Nodes(reader, height)
  return new State(historicalSource(reader, height), {
    nodes: (key) => nodes.get(key),
    fetch: (visits) => nodes.fetch(visits),
  })
}

/** Old nodes come with promises and tries are synchronous, so what a trie will ask for is here before. */
class Nodes {
  readonly #reader: Reader
  readonly #height: bigint
  readonly #known = new Map<string, Uint8Array | undefined>()

  constructor(reader: Reader, height: bigint) {
    this.#reader = reader
    this.#height = height
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#known.get(key.toHex())
  }

  async fetch(visits: readonly TrieVisit[]): Promise<void> {
    // The account trie finds its root by this.
    await this.#read(nodeKey(undefined, new Uint8Array(0), 0))
    for (const visit of visits) {
      const path = visit.key === undefined ? new Uint8Array(64) : toNibbles(visit.key)
      const root = await this.#read(nodeKey(visit.owner, path, 0))
      if (root === undefined) continue
      await this.#below(visit, keccak256(root), path, 0)
    }
  }

  async #read(key: Uint8Array): Promise<Uint8Array | undefined> {
    const text = key.toHex()
    if (this.#known.has(text)) return this.#known.get(text)
    const node = await readAt(this.#reader, key, this.#height)
    this.#known.set(text, node)
    return node
  }

  async #below(visit: TrieVisit, child: Child, path: Uint8Array, depth: number): Promise<void> {
    const node = await this.#resolve(visit.owner, child, path, depth)
    if (node === undefined || node instanceof Leaf) return
    if (node instanceof Branch) {
      await this.#branch(visit, node, path, depth)
      return
    }
    if (visit.key !== undefined && shared(node.path, path, depth) < node.path.length) return
    const below = path.slice()
    below.set(node.path, depth)
    await this.#below(visit, node.child, below, depth + node.path.length)
  }

  async #branch(visit: TrieVisit, node: Branch, path: Uint8Array, depth: number): Promise<void> {
    const next = visit.key === undefined ? undefined : path[depth]
    for (const [index, child] of node.children.entries()) {
      const below = path.slice()
      below[depth] = index
      if (next === undefined || index === next) {
        await this.#below(visit, child, below, depth + 1)
      } else if (visit.removes) {
        await this.#resolve(visit.owner, child, below, depth + 1)
      }
    }
  }

  async #resolve(
    owner: Uint8Array | undefined,
    child: Child,
    path: Uint8Array,
    depth: number,
  ): Promise<TrieNode | undefined> {
    if (child === undefined || isNode(child)) return child
    if (child.length < 32) return decodeNode(child)
    if (equal(child, emptyRoot)) return undefined
    const encoded = await this.#read(nodeKey(owner, path, depth))
    if (encoded === undefined || !equal(keccak256(encoded), child)) throw missing('node', child)
    return decodeNode(encoded)
  }
}
