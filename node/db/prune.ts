import { type FolderInit, openChain } from './folder.ts'

/**
 * Forgets the state below the height that `wanted` gives. A height below what is kept changes nothing.
 * Throws `CHAIN_PRUNE_RANGE`, and as `openChain`.
 */
export async function pruneData(
  folder: FolderInit,
  wanted: (head: bigint) => bigint,
  report: (oldest: bigint) => void,
): Promise<{ readonly before: bigint; readonly after: bigint }> {
  const { chain } = await openChain(folder)
  await using _ = chain
  const before = chain.oldest
  const height = wanted(chain.head.header.number)
  if (height > before) for await (const oldest of chain.prune(height)) report(oldest)
  return { before, after: chain.oldest }
}
