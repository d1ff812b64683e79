import { encodeRlp, rlpList } from '#base'

import { missing } from './faults.ts'
import { packPath, unpackPath } from './nibbles.ts'

/**
 * How a parent names a child: 32 bytes are its hash; fewer are its whole encoding.
 *
 * @see Ethereum Yellow Paper, appendix D
 */
export type Reference = Uint8Array

/** A child that was not read yet is its reference. */
export type Child = TrieNode | Reference | undefined
export type TrieNode = Leaf | Extension | Branch

abstract class Base {
  /** Undefined when the node or one below it changed since it was last hashed. */
  reference: Reference | undefined
  /** Set together with `reference`, and dropped when the node is written. */
  encoded: Uint8Array | undefined
  /** What the store holds where this node lies. */
  stored: Uint8Array | undefined
  /** Whether the store differs here or below. */
  dirty = true

  touch(): void {
    this.reference = undefined
    this.dirty = true
  }
}

export class Leaf extends Base {
  path: Uint8Array
  value: Uint8Array

  constructor(path: Uint8Array, value: Uint8Array) {
    super()
    this.path = path
    this.value = value
  }
}

export class Extension extends Base {
  path: Uint8Array
  child: TrieNode | Reference

  constructor(path: Uint8Array, child: TrieNode | Reference) {
    super()
    this.path = path
    this.child = child
  }
}

/** Has no value of its own: no key of our tries is the beginning of another. */
export class Branch extends Base {
  readonly children: Child[]

  constructor(children: Child[]) {
    super()
    this.children = children
  }
}

export function isNode(child: Child): child is TrieNode {
  // Not instanceof, which walks the prototypes of every reference: 5 % of a block.
  return (child as Partial<TrieNode> | undefined)?.dirty !== undefined
}

/** Reads a node that the store holds. Throws `STATE_MISSING_BYTES` when it is none. */
export function decodeNode(encoded: Uint8Array): TrieNode {
  const members = split(encoded)
  if (members.length === 17) {
    members.length = 16
    return new Branch(members)
  }
  const [packed, content] = members
  if (packed === undefined || content === undefined || members.length > 2) {
    throw missing('node', encoded)
  }
  const { path, isLeaf } = unpackPath(packed)
  return isLeaf ? new Leaf(path, content) : new Extension(path, content)
}

/** The members of an RLP list: of a string its bytes, if any; of a list its whole encoding. */
function split(encoded: Uint8Array): (Uint8Array | undefined)[] {
  const members: (Uint8Array | undefined)[] = []
  const head = encoded[0] ?? 0
  let at = head < 0xf8 ? 1 : head - 0xf6
  while (at < encoded.length) {
    const kind = encoded[at] ?? 0
    let start = at
    let end = at + 1
    if (kind >= 0xc0) end += kind - 0xc0
    else if (kind >= 0x80) {
      start += 1
      let size = kind - 0x80
      if (kind > 0xb7) {
        start += kind - 0xb7
        size = 0
        for (let index = at + 1; index < start; index++) size = size * 256 + (encoded[index] ?? 0)
      }
      end = start + size
    }
    members.push(start === end ? undefined : encoded.subarray(start, end))
    at = end
  }
  if (head < 0xc0 || at !== encoded.length) throw missing('node', encoded)
  return members
}

/** RLP of `node`; all of its children have a reference. */
export function encodeNode(node: TrieNode): Uint8Array {
  if (node instanceof Leaf) return encodeRlp([packPath(node.path, true), node.value])
  if (node instanceof Extension) {
    const child = referenceOf(node.child)
    return rlpList([
      encodeRlp(packPath(node.path, false)),
      child.length === 32 ? encodeRlp(child) : child,
    ])
  }
  return encodeBranch(node)
}

function encodeBranch(node: Branch): Uint8Array {
  let size = 1
  for (const child of node.children) {
    const length = child === undefined ? 0 : referenceOf(child).length
    size += length === 0 ? 1 : length === 32 ? 33 : length
  }
  const out = new Uint8Array(size + (size < 56 ? 1 : size < 256 ? 2 : 3))
  let at = writeHead(out, size)
  for (const child of node.children) {
    if (child === undefined) out[at++] = 0x80
    else {
      const reference = referenceOf(child)
      if (reference.length === 32) out[at++] = 0xa0
      out.set(reference, at)
      at += reference.length
    }
  }
  out[at] = 0x80
  return out
}

function writeHead(out: Uint8Array, size: number): number {
  if (size < 56) {
    out[0] = 0xc0 + size
    return 1
  }
  if (size < 256) {
    out[0] = 0xf8
    out[1] = size
    return 2
  }
  out[0] = 0xf9
  out[1] = size >> 8
  out[2] = size & 0xff
  return 3
}

function referenceOf(child: TrieNode | Reference): Reference {
  if (!isNode(child)) return child
  if (child.reference === undefined) throw new Error('a child is hashed before its parent')
  return child.reference
}
