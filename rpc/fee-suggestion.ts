import type { ChainFace } from '#chain'

const blocks = 20
const percentile = 60
/** 1 gwei, in wei: what wallets expect to pay where nobody competes. */
const least = 1_000_000_000n
/** 500 gwei, in wei: a few who overpay must not set the price for all. */
const most = 500_000_000_000n

const suggestions = new WeakMap<ChainFace, { head: Uint8Array; tip: Promise<bigint> }>()

/** A priority fee per gas, in wei: the median of what recent blocks took. Read once per block. */
export function suggestTip(chain: ChainFace): Promise<bigint> {
  const { hash } = chain.head
  const known = suggestions.get(chain)
  if (known?.head === hash) return known.tip
  const tip = medianTip(chain)
  suggestions.set(chain, { head: hash, tip })
  tip.catch(() => suggestions.delete(chain))
  return tip
}

async function medianTip(chain: ChainFace): Promise<bigint> {
  const history = await chain.reads.feeHistory(blocks, 'latest', [percentile])
  const tips = (history?.rewards ?? [])
    .filter((_, index) => (history?.gasUsed[index] ?? 0n) > 0n)
    .map(([tip]) => tip ?? 0n)
    .toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  const median = tips[Math.floor(tips.length / 2)] ?? 0n
  if (median < least) return least
  return median > most ? most : median
}
