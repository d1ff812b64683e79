import type { Gate, Visitor } from './gate.ts'
import type { Method } from './method.ts'

/** What of the methods of one server a caller may call. */
export type Offer = (visitor: Visitor) => readonly Method[]

/** The same array for all callers that may call the same. */
export function createOffer(
  methods: readonly Method[],
  gate: Pick<Gate<Visitor>, 'offers'>,
): Offer {
  const known = new Map<string, readonly Method[]>()
  return (visitor) => {
    const key = `${visitor.transport} ${visitor.isAuthorized}`
    const found = known.get(key) ?? methods.filter(({ name }) => gate.offers(name, visitor))
    known.set(key, found)
    return found
  }
}
