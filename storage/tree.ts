/**
 * A balanced tree whose nodes never change: every version is a snapshot, at no cost. Keys are
 * hexadecimal text, which orders as the bytes do.
 *
 * @see Adelson-Velsky and Landis (1962)
 */
export type Tree = TreeNode | undefined

interface TreeNode {
  readonly key: string
  readonly value: Uint8Array
  readonly left: Tree
  readonly right: Tree
  readonly height: number
}

interface Bounds {
  readonly gte: string
  readonly lt: string
}

export function lookup(tree: Tree, key: string): Uint8Array | undefined {
  let at = tree
  while (at !== undefined && at.key !== key) at = key < at.key ? at.left : at.right
  return at?.value
}

export function insert(tree: Tree, key: string, value: Uint8Array): TreeNode {
  if (tree === undefined) return { key, value, left: undefined, right: undefined, height: 1 }
  if (key === tree.key) return { ...tree, value }
  return key < tree.key
    ? balance(tree, insert(tree.left, key, value), tree.right)
    : balance(tree, tree.left, insert(tree.right, key, value))
}

export function remove(tree: Tree, key: string): Tree {
  if (tree === undefined) return undefined
  if (key < tree.key) {
    const left = remove(tree.left, key)
    return left === tree.left ? tree : balance(tree, left, tree.right)
  }
  if (key > tree.key) {
    const right = remove(tree.right, key)
    return right === tree.right ? tree : balance(tree, tree.left, right)
  }
  if (tree.left === undefined) return tree.right
  if (tree.right === undefined) return tree.left
  const next = first(tree.right)
  return balance(next, tree.left, remove(tree.right, next.key))
}

/** The entries within `bounds`, in order, or from the last to the first. */
export function* walk(
  tree: Tree,
  bounds: Bounds,
  reverse: boolean,
): Generator<readonly [key: string, value: Uint8Array], void, void> {
  if (tree === undefined) return
  const low = tree.key >= bounds.gte
  const high = tree.key < bounds.lt
  if (reverse ? high : low) yield* walk(reverse ? tree.right : tree.left, bounds, reverse)
  if (low && high) yield [tree.key, tree.value]
  if (reverse ? low : high) yield* walk(reverse ? tree.left : tree.right, bounds, reverse)
}

function first(tree: TreeNode): TreeNode {
  let at = tree
  while (at.left !== undefined) at = at.left
  return at
}

function height(tree: Tree): number {
  return tree?.height ?? 0
}

function join({ key, value }: TreeNode, left: Tree, right: Tree): TreeNode {
  return { key, value, left, right, height: 1 + Math.max(height(left), height(right)) }
}

function balance(entry: TreeNode, left: Tree, right: Tree): TreeNode {
  if (left !== undefined && left.height > height(right) + 1) {
    const { left: outer, right: inner } = left
    if (inner === undefined || height(outer) >= inner.height) {
      return join(left, outer, join(entry, inner, right))
    }
    return join(inner, join(left, outer, inner.left), join(entry, inner.right, right))
  }
  if (right !== undefined && right.height > height(left) + 1) {
    const { left: inner, right: outer } = right
    if (inner === undefined || height(outer) >= inner.height) {
      return join(right, join(entry, left, inner), outer)
    }
    return join(inner, join(entry, left, inner.left), join(right, inner.right, outer))
  }
  return join(entry, left, right)
}
