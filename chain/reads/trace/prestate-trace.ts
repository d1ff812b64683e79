import { equal, hex, padLeft } from '#base'

/** The state that a transaction met, or what it changed: the trace that tools know as prestateTracer. */
import type { TraceConfig } from '../../trace-port.ts'
import { object, quantity } from './json.ts'
import type { AccountView, StateView, Touched } from './touched.ts'
import type { Trace } from './trace.ts'

type Config = Extract<TraceConfig, { readonly kind: 'prestate' }>

export function prestateTrace(config: Config, touched: Touched): Trace {
  let after: StateView = new Map()
  let before: StateView = new Map()
  return {
    tracer: touched.tracer,
    ends: {
      begin: (state) => touched.begin(state),
      async after(state) {
        touched.end(state)
        if (config.isDiff) after = await touched.look(state)
      },
      async before(state) {
        before = await touched.look(state)
      },
    },
    text: () => (config.isDiff ? changedText(config, before, after) : metText(config, before)),
  }
}

const blank: AccountView = { balance: 0n, nonce: 0n, code: new Uint8Array(0), slots: new Map() }

function metText(config: Config, before: StateView): string {
  const shown = Array.from(before).filter(
    ([, account]) => config.showsEmpty || account !== undefined,
  )
  return object(shown.map(([key, account]) => [`0x${key}`, whole(config, account ?? blank)]))
}

/** What went away is in `pre` alone, what is new in `post` alone. */
function changedText(config: Config, before: StateView, after: StateView): string {
  const pre: [string, string][] = []
  const post: [string, string][] = []
  for (const [key, old] of before) {
    const now = after.get(key)
    if (!isChanged(old ?? blank, now ?? blank)) continue
    const slots = changedSlots(old ?? blank, now ?? blank)
    if (old !== undefined) pre.push([`0x${key}`, whole(config, old, slots)])
    if (now !== undefined) post.push([`0x${key}`, news(config, old ?? blank, now, slots)])
  }
  return object([
    ['post', object(post)],
    ['pre', object(pre)],
  ])
}

function isChanged(old: AccountView, now: AccountView): boolean {
  return (
    old.balance !== now.balance ||
    old.nonce !== now.nonce ||
    !equal(old.code, now.code) ||
    changedSlots(old, now).size > 0
  )
}

function changedSlots(old: AccountView, now: AccountView): ReadonlySet<string> {
  const changed = Array.from(old.slots).filter(
    ([slot, value]) => !equal(value, now.slots.get(slot) ?? blank.code),
  )
  const added = Array.from(now.slots).filter(
    ([slot, value]) => value.length > 0 && !old.slots.has(slot),
  )
  return new Set([...changed, ...added].map(([slot]) => slot))
}

/** @param only Slots to show; all that were met by default. */
function whole(
  { showsCode, showsStorage }: Config,
  { balance, nonce, code, slots }: AccountView,
  only?: ReadonlySet<string>,
): string {
  return object([
    ['balance', quantity(balance)],
    ['nonce', nonce === 0n ? undefined : nonce.toString()],
    ['code', showsCode && code.length > 0 ? `"${hex(code)}"` : undefined],
    ['storage', showsStorage ? storageText(slots, only) : undefined],
  ])
}

function news(
  { showsCode, showsStorage }: Config,
  old: AccountView,
  { balance, nonce, code, slots }: AccountView,
  only: ReadonlySet<string>,
): string {
  return object([
    ['balance', balance === old.balance ? undefined : quantity(balance)],
    ['nonce', nonce === old.nonce ? undefined : nonce.toString()],
    ['code', showsCode && !equal(code, old.code) ? `"${hex(code)}"` : undefined],
    ['storage', showsStorage ? storageText(slots, only) : undefined],
  ])
}

/** In a diff, a slot that is or was empty is not there. */
function storageText(
  slots: ReadonlyMap<string, Uint8Array>,
  only: ReadonlySet<string> | undefined,
): string | undefined {
  const shown = Array.from(slots).filter(([slot, value]) =>
    only === undefined ? true : only.has(slot) && value.length > 0,
  )
  if (shown.length === 0) return undefined
  return object(shown.map(([slot, value]) => [`0x${slot}`, `"${hex(padLeft(value, 32))}"`]))
}
