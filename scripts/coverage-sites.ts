/** Where the sources of contracts/ branch, and which jumps of compiled code are those branches. */
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

import { unhex } from '#base'

import { compiled, type Output } from './contracts.ts'

const root = path.join(import.meta.dirname, '..')

/** A jump that is compiled from a branch. The same branch may be compiled more than once. */
export interface Jump {
  /** In hexadecimal, without metadata after it. */
  readonly code: string
  readonly at: number
  /** Whether what the condition guards is where the jump leads, rather than right after it. */
  readonly leadsInside: boolean
}

/** A condition in a source. */
export interface Site {
  readonly file: string
  readonly line: number
  /** Its first line, without the spaces before it. */
  readonly text: string
  readonly jumps: readonly Jump[]
}

interface Node {
  readonly nodeType?: string
  readonly operator?: string
  /** start:length:file, in bytes. */
  readonly src?: string
  readonly trueBody?: Node
  readonly trueExpression?: Node
  readonly rightExpression?: Node
  readonly body?: Node
  readonly [member: string]: unknown
}

interface Range {
  readonly start: number
  readonly end: number
}

interface Branch {
  readonly range: Range
  /** What it guards: for `&&` and `||` the right side, which the left one may leave out. */
  readonly inner: Range
  /** Whether the compiler has that where the jump leads, if its place does not say so. */
  readonly isBehindJump: boolean
}

const branching: Readonly<Record<string, keyof Node>> = {
  IfStatement: 'trueBody',
  Conditional: 'trueExpression',
  ForStatement: 'body',
  WhileStatement: 'body',
}

const unknown: ReadonlySet<string> = new Set([
  'DoWhileStatement',
  'TryStatement',
  'YulForLoop',
  'YulIf',
  'YulSwitch',
])

function rangeOf(node: Node): Range {
  const [start = 0, length = 0] = (node.src ?? '').split(':').map(Number)
  return { start, end: start + length }
}

function* branchesOf(node: unknown): Generator<Branch> {
  if (typeof node !== 'object' || node === null) return
  const one = node as Node
  const { nodeType = '', operator } = one
  if (unknown.has(nodeType)) {
    throw new Error(`coverage does not know how a ${nodeType} is compiled`)
  }
  const isShort = nodeType === 'BinaryOperation' && (operator === '&&' || operator === '||')
  const member = isShort ? 'rightExpression' : branching[nodeType]
  if (member !== undefined) {
    const inner = rangeOf(one[member] as Node)
    yield { range: rangeOf(one), inner, isBehindJump: nodeType === 'Conditional' }
  }
  for (const child of Object.values(one)) yield* branchesOf(child)
}

interface Instruction {
  readonly at: number
  readonly op: number
  /** Of a PUSH. */
  readonly operand: number
  readonly file: number
  readonly range: Range
}

/** @see https://docs.soliditylang.org/en/latest/internals/source_mappings.html */
function instructionsOf(code: Uint8Array, map: string): readonly Instruction[] {
  const all: Instruction[] = []
  let [start, length, file] = ['0', '0', '-1']
  let at = 0
  for (const entry of map.split(';')) {
    const fields = entry.split(':')
    start = fields[0] || start
    length = fields[1] || length
    file = fields[2] || file
    const op = code[at] ?? 0
    const range = { start: Number(start), end: Number(start) + Number(length) }
    const size = op >= 0x60 && op <= 0x7f ? op - 0x5f : 0
    const operand = code.subarray(at + 1, at + 1 + size).reduce((sum, byte) => sum * 256 + byte, 0)
    all.push({ at, op, operand, file: Number(file), range })
    at += 1 + size
  }
  return all
}

const isWithin = (part: Range, whole: Range): boolean =>
  part.start >= whole.start && part.end <= whole.end

const nameOf = (file: number | string, { start, end }: Range): string => `${file}:${start}:${end}`

/** Every condition of contracts/, in the order of files and lines. */
export function sites(): readonly Site[] {
  const output = compiled({
    // Contracts of tests inherit from those that are tested.
    files: globSync('test/contracts/*.sol', { cwd: root }).toSorted(),
    ofContracts: ['evm.deployedBytecode.sourceMap'],
    ofFiles: ['ast'],
  })
  const jumps = jumpsOf(output)
  return Object.entries(output.sources ?? {})
    .filter(([file]) => file.startsWith('contracts/'))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([file, { id, ast }]) => {
      const source = readFileSync(path.join(root, file))
      return Array.from(branchesOf(ast), (branch) => {
        const { range } = branch
        const before = source.subarray(0, range.start).toString().split('\n')
        const [text = ''] = source.subarray(range.start, range.end).toString().split('\n')
        const found = (jumps.get(nameOf(id, range)) ?? []).map((find) => find(branch))
        return { file, line: before.length, text, jumps: found }
      }).toSorted((a, b) => a.line - b.line)
    })
}

type Find = (branch: Branch) => Jump

/** By the name of the source that they are compiled from. */
function jumpsOf({ contracts = {} }: Output): ReadonlyMap<string, readonly Find[]> {
  const all = new Map<string, Find[]>()
  const every = Object.entries(contracts)
    .filter(([file]) => !file.startsWith('@'))
    .flatMap(([, byName]) => Object.values(byName))
  for (const { evm } of every) {
    const { object: code, sourceMap } = evm.deployedBytecode
    if (code === '' || sourceMap === undefined) continue
    const instructions = instructionsOf(unhex(`0x${code}`), sourceMap)
    for (const [index, { op, at, file, range }] of instructions.entries()) {
      if (op !== jumpIf) continue
      const name = nameOf(file, range)
      const find = (branch: Branch): Jump => {
        return { code, at, leadsInside: leadsInside(instructions, index, branch) }
      }
      all.set(name, [...(all.get(name) ?? []), find])
    }
  }
  return all
}

const jumpIf = 0x57
/** JUMP, JUMPI, JUMPDEST: where a straight piece of code ends. */
const ends: ReadonlySet<number> = new Set([0x56, jumpIf, 0x5b])

function leadsInside(
  instructions: readonly Instruction[],
  index: number,
  { inner, isBehindJump }: Branch,
): boolean {
  const isInside = (from: number): boolean => {
    const length = instructions.slice(from).findIndex(({ op }) => ends.has(op))
    return instructions.slice(from, from + length + 1).some(({ range }) => isWithin(range, inner))
  }
  if (isInside(index + 1)) return false
  const target = instructions[index - 1]?.operand
  const there = instructions.findIndex(({ at }) => at === target)
  return isBehindJump || isInside(there + 1)
}
