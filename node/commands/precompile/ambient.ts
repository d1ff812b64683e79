/**
 * Notices what a precompile must not look at. It is a lint against accidents, not a boundary: who
 * wants to look without being noticed can. @see PIP-0003, P8
 */

type Holder = Record<string, unknown>

/** What differs from run to run, from machine to machine, or from one user's settings to another's. */
const forbidden: readonly (readonly [where: string, holder: object, names: readonly string[]])[] = [
  [
    '',
    globalThis,
    [
      'Date',
      'FinalizationRegistry',
      'Intl',
      'Temporal',
      'WeakRef',
      'crypto',
      'fetch',
      'navigator',
      'performance',
      'process',
      'queueMicrotask',
      'setImmediate',
      'setInterval',
      'setTimeout',
    ],
  ],
  [
    'Math.',
    Math,
    ['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp'],
  ],
  ['Math.', Math, ['expm1', 'hypot', 'log', 'log10', 'log1p', 'log2', 'pow', 'random']],
  ['Math.', Math, ['sin', 'sinh', 'tan', 'tanh']],
  ['String.prototype.', String.prototype, ['localeCompare', 'toLocaleLowerCase']],
  ['String.prototype.', String.prototype, ['toLocaleUpperCase']],
  ['Number.prototype.', Number.prototype, ['toLocaleString']],
  ['BigInt.prototype.', BigInt.prototype, ['toLocaleString']],
]

/** Runs `action`, and gives its result and the names of what was looked at meanwhile. */
export async function ambientUses<Result>(
  action: () => Promise<Result> | Result,
): Promise<{ readonly result: Result; readonly uses: readonly string[] }> {
  const used = new Set<string>()
  const undo: (() => void)[] = []
  for (const [where, holder, names] of forbidden) {
    for (const name of names) undo.push(watch(holder, name, () => used.add(where + name)))
  }
  try {
    return { result: await action(), uses: [...used].toSorted() }
  } finally {
    for (const restore of undo) restore()
  }
}

function watch(holder: object, name: string, onUse: () => void): () => void {
  const before = Object.getOwnPropertyDescriptor(holder, name)
  if (before === undefined) return () => undefined
  const value = (holder as Holder)[name]
  Object.defineProperty(holder, name, {
    configurable: true,
    get() {
      onUse()
      return value
    },
  })
  return () => Object.defineProperty(holder, name, before)
}
