import { concat, equal } from '#base'
import { keccak256 } from '#crypto'

import { emptyRoot } from './account.ts'
import { missing } from './faults.ts'
import { shared, toNibbles } from './nibbles.ts'
import {
  Branch,
  type Child,
  decodeNode,
  encodeNode,
  Extension,
  isNode,
  Leaf,
  type Reference,
  type TrieNode,
} from './node.ts'

/** The RLP of the node that the first `depth` of `nibbles` lead to, as the store holds it. */
type LoadNode = (nibbles: Uint8Array, depth: number) => Uint8Array | undefined

/** One node that differs from the store. `before` or `after` is undefined when there is none. */
export interface NodeChange {
  readonly path: Uint8Array
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

/**
 * A Merkle-Patricia trie, synchronous, hashed only when its root is asked for. Nodes lie in the
 * store by their path, so a new node overwrites the old one, and are read when a key leads there.
 * Nodes shorter than 32 bytes lie inside their parent; the root always lies on its own.
 *
 * Keys must not be beginnings of one another: hashes and RLP of integers are not.
 *
 * @see Ethereum Yellow Paper, appendix D
 */
export class Trie {
  readonly #load: LoadNode
  #sealedRoot: Uint8Array
  #top: Child
  /** What the store holds at places that lost their node, by path in hexadecimal. */
  readonly #left = new Map<string, { readonly path: Uint8Array; readonly before: Uint8Array }>()
  #changed = false

  /** @param root Hash of the root that the store holds. */
  constructor(load: LoadNode, root: Uint8Array) {
    this.#load = load
    this.#sealedRoot = root
    this.#top = equal(root, emptyRoot) ? undefined : root
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#changed = false
    this.#top = this.#insert(this.#top, toNibbles(key), 0, value)
  }

  delete(key: Uint8Array): void {
    this.#changed = false
    this.#top = this.#remove(this.#top, toNibbles(key), 0)
  }

  /** Deletes everything. Reads every node once: the store must lose them all. */
  clear(): void {
    this.#leaveAll(this.#top, new Uint8Array(64), 0)
    this.#top = undefined
  }

  root(): Uint8Array {
    if (this.#top === undefined) return emptyRoot
    if (!isNode(this.#top)) return this.#top
    const reference = hash(this.#top)
    return reference.length === 32 ? reference : keccak256(reference)
  }

  /** Every node that differs from the store. */
  changes(): NodeChange[] {
    this.root()
    const changes: NodeChange[] = []
    const left = new Map(this.#left)
    if (isNode(this.#top)) collect(this.#top, new Uint8Array(64), 0, left, changes)
    for (const { path, before } of left.values()) changes.push({ path, before, after: undefined })
    return changes
  }

  /** The store now holds what `changes` said. Keeps the nodes above `depth`; how many. */
  sealed(depth: number): number {
    this.#sealedRoot = this.root()
    this.#left.clear()
    return isNode(this.#top) ? seal(this.#top, 0, depth) : 0
  }

  /** Forgets every change since `sealed`. */
  discard(): void {
    this.#left.clear()
    this.#top = equal(this.#sealedRoot, emptyRoot) ? undefined : this.#sealedRoot
  }

  #insert(child: Child, key: Uint8Array, depth: number, value: Uint8Array): TrieNode {
    if (child === undefined) {
      this.#changed = true
      return new Leaf(key.subarray(depth), value)
    }
    const node = this.#resolve(child, key, depth)
    if (node instanceof Branch) {
      const at = key[depth] ?? 0
      node.children[at] = this.#insert(node.children[at], key, depth + 1, value)
      if (this.#changed) node.touch()
      return node
    }
    const same = shared(node.path, key, depth)
    if (same < node.path.length) return this.#split(node, same, key, depth, value)
    if (node instanceof Extension) {
      node.child = this.#insert(node.child, key, depth + same, value)
    } else if (!equal(node.value, value)) {
      this.#changed = true
      node.value = value
    }
    if (this.#changed) node.touch()
    return node
  }

  /** Puts a branch where `key` parts from the path of `node`. */
  #split(
    node: Leaf | Extension,
    same: number,
    key: Uint8Array,
    depth: number,
    value: Uint8Array,
  ): TrieNode {
    const branch = new Branch(Array.from({ length: 16 }))
    const top = same === 0 ? branch : new Extension(node.path.subarray(0, same), branch)
    top.stored = node.stored
    const at = node.path[same] ?? 0
    if (node instanceof Extension && same + 1 === node.path.length) {
      branch.children[at] = node.child
    } else {
      node.stored = undefined
      node.path = node.path.subarray(same + 1)
      node.touch()
      branch.children[at] = node
    }
    branch.children[key[depth + same] ?? 0] = this.#insert(undefined, key, depth + same + 1, value)
    return top
  }

  #remove(child: Child, key: Uint8Array, depth: number): Child {
    if (child === undefined) return undefined
    const node = this.#resolve(child, key, depth)
    if (node instanceof Branch) return this.#removeBelow(node, key, depth)
    const same = shared(node.path, key, depth)
    if (same < node.path.length) return node
    if (node instanceof Leaf) {
      this.#changed = true
      this.#leave(key, depth, node.stored)
      return undefined
    }
    const below = this.#remove(node.child, key, depth + same)
    if (!isNode(below)) throw new Error('a branch lost both of its children')
    node.child = below
    return this.#changed ? this.#lift(node.path, below, node.stored, key, depth + same) : node
  }

  #removeBelow(node: Branch, key: Uint8Array, depth: number): TrieNode {
    const at = key[depth] ?? 0
    node.children[at] = this.#remove(node.children[at], key, depth + 1)
    if (!this.#changed) return node
    node.touch()
    if (node.children[at] !== undefined) return node
    const last = node.children.findLastIndex((child) => child !== undefined)
    const only = node.children[last]
    const isLone = node.children.every((child, index) => child === undefined || index === last)
    if (only === undefined || !isLone) return node
    const path = key.slice(0, depth + 1)
    path[depth] = last
    const below = this.#resolve(only, path, depth + 1)
    return this.#lift(Uint8Array.of(last), below, node.stored, path, depth + 1)
  }

  /** What stands for `path` followed by `below`, at the place that holds `stored`. */
  #lift(
    path: Uint8Array,
    below: TrieNode,
    stored: Uint8Array | undefined,
    key: Uint8Array,
    depth: number,
  ): TrieNode {
    if (below instanceof Branch) {
      const extension = new Extension(path, below)
      extension.stored = stored
      return extension
    }
    this.#leave(key, depth, below.stored)
    below.path = concat(path, below.path)
    below.stored = stored
    below.touch()
    return below
  }

  #leave(key: Uint8Array, depth: number, stored: Uint8Array | undefined): void {
    if (stored === undefined) return
    const path = key.slice(0, depth)
    this.#left.set(path.toHex(), { path, before: stored })
  }

  #leaveAll(child: Child, path: Uint8Array, depth: number): void {
    if (child === undefined) return
    const node = this.#resolve(child, path, depth)
    this.#leave(path, depth, node.stored)
    if (node instanceof Extension) {
      path.set(node.path, depth)
      this.#leaveAll(node.child, path, depth + node.path.length)
    } else if (node instanceof Branch) {
      for (const [index, below] of node.children.entries()) {
        path[depth] = index
        this.#leaveAll(below, path, depth + 1)
      }
    }
  }

  #resolve(child: TrieNode | Reference, key: Uint8Array, depth: number): TrieNode {
    if (isNode(child)) return child
    const isInline = child.length < 32
    const encoded = isInline ? child : this.#load(key, depth)
    if (encoded === undefined || (!isInline && !equal(keccak256(encoded), child))) {
      throw missing('node', child)
    }
    const node = decodeNode(encoded)
    node.reference = child
    node.stored = isInline ? undefined : encoded
    node.dirty = false
    return node
  }
}

function hash(node: TrieNode): Reference {
  if (node.reference !== undefined) return node.reference
  if (node instanceof Extension && isNode(node.child)) hash(node.child)
  if (node instanceof Branch) {
    for (const child of node.children) if (isNode(child)) hash(child)
  }
  node.encoded = encodeNode(node)
  node.reference = node.encoded.length < 32 ? node.encoded : keccak256(node.encoded)
  return node.reference
}

function collect(
  node: TrieNode,
  path: Uint8Array,
  depth: number,
  left: Map<string, { readonly before: Uint8Array }>,
  changes: NodeChange[],
): void {
  if (!node.dirty) return
  if (node instanceof Extension && isNode(node.child)) {
    path.set(node.path, depth)
    collect(node.child, path, depth + node.path.length, left, changes)
  } else if (node instanceof Branch) {
    for (let index = 0; index < 16; index++) {
      const child = node.children[index]
      if (!isNode(child)) continue
      path[depth] = index
      collect(child, path, depth + 1, left, changes)
    }
  }
  const after = standsAlone(node, depth) ? node.encoded : undefined
  const place = path.slice(0, depth)
  let before = node.stored
  if (before === undefined && left.size > 0) {
    before = left.get(place.toHex())?.before
    left.delete(place.toHex())
  }
  if (before === undefined ? after !== undefined : after === undefined || !equal(before, after)) {
    changes.push({ path: place, before, after })
  }
}

function seal(node: TrieNode, depth: number, keep: number): number {
  if (node.dirty) {
    node.stored = standsAlone(node, depth) ? node.encoded : undefined
    node.encoded = undefined
    node.dirty = false
  }
  let count = 1
  if (node instanceof Extension && isNode(node.child)) {
    const below = depth + node.path.length
    if (below < keep) count += seal(node.child, below, keep)
    else node.child = hash(node.child)
  } else if (node instanceof Branch) {
    for (const [index, child] of node.children.entries()) {
      if (!isNode(child)) continue
      if (depth + 1 < keep) count += seal(child, depth + 1, keep)
      else node.children[index] = hash(child)
    }
  }
  return count
}

function standsAlone(node: TrieNode, depth: number): boolean {
  return depth === 0 || node.reference?.length === 32
}
