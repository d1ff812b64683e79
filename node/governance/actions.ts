/** What a PIP does: the calls of its text, and those that the registry has. */
import { equal, Fault, hex } from '#base'
import {
  type Call,
  decodeCall,
  encodeActions,
  formatAction,
  namedContracts,
  parsePip,
  type PipState,
} from '#governance'

/**
 * The calls that the text `content` names. Throws `GOVERNANCE_PIP_INVALID`, `GOVERNANCE_ACTION_INVALID`
 * and `GOVERNANCE_ACTIONS_TOO_LARGE`.
 */
export function callsIn(content: Uint8Array): readonly Call[] {
  return encodeActions(parsePip(content).actions, namedContracts)
}

/** A call as a text writes it, or by its bytes where no text could. */
export function callText(call: Call): string {
  const action = decodeCall(call, namedContracts)
  if (action !== undefined) return formatAction(action)
  const { target, value, data } = call
  return `${hex(target)} ${hex(data)}${value === 0n ? '' : ` with ${value} wei`}`
}

/**
 * How what a PIP does departs from what `content`, its text, says: a line for each, and none as it
 * should be.
 */
export function differencesOf(
  { number, title, type, actions }: Pick<PipState, 'actions' | 'number' | 'title' | 'type'>,
  content: Uint8Array,
): readonly string[] {
  try {
    const pip = parsePip(content)
    const named = encodeActions(pip.actions, namedContracts)
    return [
      ...(pip.number === number ? [] : [`the text is that of PIP-${pip.number}`]),
      ...(pip.type === type ? [] : [`the text is of type ${pip.type}`]),
      ...(pip.title === title ? [] : [`the text has the title ${pip.title}`]),
      ...differences(named, actions),
    ]
  } catch (error) {
    // A text that cannot be read names no actions that anybody could have meant.
    if (error instanceof Fault && error.code.startsWith('GOVERNANCE_')) return [error.message]
    throw error
  }
}

function differences(named: readonly Call[], stored: readonly Call[]): readonly string[] {
  const count = Math.max(named.length, stored.length)
  return Array.from({ length: count }, (_, index) => {
    const [written, does] = [named[index], stored[index]]
    if (written !== undefined && does !== undefined && isSame(written, does)) return []
    return [
      `action ${index + 1}: the text says ${textOf(written)}, the registry has ${textOf(does)}`,
    ]
  }).flat()
}

function textOf(call: Call | undefined): string {
  return call === undefined ? 'nothing' : callText(call)
}

function isSame(a: Call, b: Call): boolean {
  return equal(a.target, b.target) && a.value === b.value && equal(a.data, b.data)
}
