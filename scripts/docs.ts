/**
 * Regenerates the tables of docs/LIMITS.md and docs/ERRORS.md and the reference of docs/RPC.md between
 * their markers. A limit's row is generated whole; a fault's row keeps what people wrote beside its
 * code.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { methods } from '#rpc'

import { folders, sources } from './house.ts'
import { rpcReference } from './rpc-reference.ts'
import { faultCodes } from './source.ts'

const start = '<!-- table:start -->'
const end = '<!-- table:end -->'

interface Limit {
  readonly value: number
  readonly unit: string
  readonly why: string
}

/** The cells of each row between the markers of `document`, header and rule left out. */
export function rows(document: string): readonly (readonly string[])[] {
  const [, table = ''] = /<!-- table:start -->([\s\S]*?)<!-- table:end -->/.exec(document) ?? []
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/))
    .map((cells) => cells.map((cell) => cell.trim()))
}

/** `document` with the table `header` and `cells` between its markers. */
export function withTable(
  document: string,
  header: readonly string[],
  cells: readonly (readonly string[])[],
): string {
  const [before, rest] = document.split(start)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`no ${start} … ${end}`)
  const lines = [header, header.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`)
  return [before, start, '\n', lines.join('\n'), '\n', end, after].join('')
}

const reference = { start: '<!-- reference:start -->', end: '<!-- reference:end -->' } as const

/** docs/RPC.md with the reference of all methods between its markers. */
export function withReference(document: string): string {
  const [before, rest] = document.split(reference.start)
  const after = rest?.split(reference.end)[1]
  if (before === undefined || after === undefined) throw new Error(`no ${reference.start}`)
  return [
    before,
    reference.start,
    '\n\n',
    rpcReference(methods),
    '\n\n',
    reference.end,
    after,
  ].join('')
}

/** Every fault code of the production folders, sorted. */
export function allFaultCodes(root: string): readonly string[] {
  const found = sources(root).flatMap((file) => {
    return faultCodes(readFileSync(path.join(root, file), 'utf8'))
  })
  return [...new Set(found)].toSorted()
}

/** A row for every limit of every limits.ts: its name in backticks, value, unit, why. */
export async function limitRows(root: string): Promise<readonly (readonly string[])[]> {
  const files = globSync(`{${folders.join(',')}}/**/limits.ts`, { cwd: root })
    .filter((file) => file !== path.join('base', 'limits.ts'))
    .toSorted()
  const tables = files.map(async (file) => {
    const module = (await import(pathToFileURL(path.resolve(root, file)).href)) as {
      readonly limits?: Readonly<Record<string, Limit>>
    }
    const folder = path.dirname(file).split(path.sep).join('.')
    return Object.entries(module.limits ?? {}).map(([name, { value, unit, why }]) => {
      return [`\`${folder}.${name}\``, value.toLocaleString('en-US'), unit, escape(why)]
    })
  })
  return (await Promise.all(tables)).flat()
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}

/** A row for every fault code: what `document` says of it, or empty cells to fill. */
export function errorRows(
  codes: readonly string[],
  document: string,
): readonly (readonly string[])[] {
  const known = new Map(rows(document).map((row) => [row[0], row]))
  return codes.map((code) => known.get(`\`${code}\``) ?? [`\`${code}\``, '', ''])
}

async function main(root: string): Promise<void> {
  const errors = path.join(root, 'docs/ERRORS.md')
  const documented = readFileSync(errors, 'utf8')
  const faults = errorRows(allFaultCodes(root), documented)
  writeFileSync(errors, withTable(documented, ['code', 'facts', 'meaning and cure'], faults))
  const limits = path.join(root, 'docs/LIMITS.md')
  const header = ['limit', 'value', 'unit', 'why']
  const bounds = await limitRows(root)
  writeFileSync(limits, withTable(readFileSync(limits, 'utf8'), header, bounds))
  const rpc = path.join(root, 'docs/RPC.md')
  writeFileSync(rpc, withReference(readFileSync(rpc, 'utf8')))
  const blank = faults.filter(([, , meaning]) => meaning === '').map(([code]) => code)
  console.log(`${faults.length} codes, ${bounds.length} limits`)
  if (blank.length > 0) console.log(`to be explained in docs/ERRORS.md: ${blank.join(', ')}`)
}

if (import.meta.main) await main(path.resolve(import.meta.dirname, '..'))
