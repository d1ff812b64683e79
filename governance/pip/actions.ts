/** The block in which a PIP names what it does. @see PIPs/README.md, "Actions" */
import { type Argument, parseQuantity, units } from '../abi/argument.ts'
import { limits } from '../limits.ts'
import type { Report } from './finding.ts'
import type { Block } from './outline.ts'
import { visibleJson } from './text.ts'

export interface Action {
  /** Where it is written, counted from 1. */
  readonly line: number
  /** The name of a system contract, or an address as 0x-hexadecimal. */
  readonly target: string
  /** A function's name or its signature; undefined for a transfer. */
  readonly call: string | undefined
  readonly args: readonly Argument[]
  /** Wei. */
  readonly value: bigint
}

const form =
  /^(?<target>0x[0-9a-fA-F]{40}|[A-Z][A-Za-z0-9]*)(?:\.(?<call>[A-Za-z_$][\w$]*(?:\([\w,()[\]]*\))?) (?<args>\[.*\]))?(?: with (?<value>.+))?$/

/** The actions of the only block that is one; none without. */
export function readActions(blocks: readonly Block[], report: Report): readonly Action[] {
  const [block, second] = blocks.filter(({ info }) => /^actions\b/i.test(info))
  if (block === undefined) return []
  if (block.info !== 'actions') report(block.line, 'actions', 'write nothing but "actions" there')
  if (second !== undefined) report(second.line, 'actions', 'put all actions into one block')
  const most = limits.actions.value
  const lines = block.body.flatMap((text, index) => {
    return text === '' ? [] : [{ text, line: block.line + index + 1 }]
  })
  if (lines.length === 0) report(block.line, 'actions', 'name an action, or leave the block out')
  const surplus = lines[most]
  if (surplus !== undefined) {
    report(surplus.line, 'actions', `${lines.length} actions: ${most} run in one transaction`)
    return []
  }
  return lines.flatMap(({ text, line }) => {
    const action = readAction(text, line)
    if (typeof action !== 'string') return [action]
    report(line, 'actions', action)
    return []
  })
}

/** The action that `text` is, or what is wrong with it. */
function readAction(text: string, line: number): Action | string {
  const { target, call, args = '[]', value } = form.exec(text)?.groups ?? {}
  if (target === undefined) return 'write Target.function [arguments] with value'
  if (call === undefined && value === undefined) return 'name a function, or a value to send'
  const wei = value === undefined ? 0n : parseQuantity(value)
  if (wei === undefined || wei < 0n || wei >> 256n > 0n) {
    return 'write the value as a whole number, with ether, gwei or wei after it'
  }
  const values = parseArguments(args)
  return typeof values === 'string' ? values : { line, target, call, args: values, value: wei }
}

const strings = /"(?:[^"\\]|\\.)*"/g

/** The values in the JSON array `text`, or what is wrong with it. */
function parseArguments(text: string): readonly Argument[] | string {
  const marks = text.replaceAll(strings, '""').replaceAll(/true|false/g, '0')
  if (/[^[\]",\s\d-]/.test(marks)) {
    return 'give whole numbers, texts, true, false, and arrays of them'
  }
  if (depthOf(marks) > limits.argumentDepth.value) {
    return `nest arrays at most ${limits.argumentDepth.value} deep`
  }
  try {
    return (JSON.parse(text) as readonly JsonArgument[]).map(exact)
  } catch (error) {
    return error instanceof RangeError ? error.message : 'write the arguments as a JSON array'
  }
}

type JsonArgument = number | boolean | string | readonly JsonArgument[]

function depthOf(marks: string): number {
  let depth = 0
  let deepest = 0
  for (const mark of marks) {
    if (mark === '[') deepest = Math.max(deepest, ++depth)
    if (mark === ']') depth--
  }
  return deepest
}

function exact(value: JsonArgument): Argument {
  if (typeof value === 'object') return value.map(exact)
  if (typeof value !== 'number') return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new RangeError(`${value}: write a number that large as text, between quotation marks`)
}

/** The line that is read as this action. */
export function formatAction({ target, call, args, value }: Omit<Action, 'line'>): string {
  const named = call === undefined ? '' : `.${call} ${formatArguments(args)}`
  const isSilent = call !== undefined && value === 0n
  return `${target}${named}${isSilent ? '' : ` with ${formatValue(value)}`}`
}

function formatArguments(args: readonly Argument[]): string {
  return `[${args.map(formatArgument).join(', ')}]`
}

function formatArgument(value: Argument): string {
  if (typeof value === 'object') return formatArguments(value)
  if (typeof value !== 'bigint') return visibleJson(JSON.stringify(value))
  return Number.isSafeInteger(Number(value)) ? value.toString() : `"${value}"`
}

function formatValue(value: bigint): string {
  const unit =
    value === 0n
      ? undefined
      : (['ether', 'gwei'] as const).find((name) => value % units[name] === 0n)
  return unit === undefined ? `${value} wei` : `${value / units[unit]} ${unit}`
}
