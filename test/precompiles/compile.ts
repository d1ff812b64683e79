/** Compiles Solidity of this repository with solc's JavaScript build. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

const root = path.join(import.meta.dirname, '../..')

interface Compiler {
  compile(input: string, callbacks: { import(file: string): { contents: string } }): string
}

/** Takes a second to load. */
let solc: Compiler | undefined

export interface Compiled {
  readonly abi: readonly object[]
  readonly bytecode: `0x${string}`
  /** What stands in state; immutables are zero. */
  readonly deployedBytecode: `0x${string}`
}

interface Output {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
    readonly sourceLocation?: { readonly file: string }
  }[]
  readonly contracts: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly abi: readonly object[]
            readonly evm: {
              readonly bytecode: { readonly object: string }
              readonly deployedBytecode: { readonly object: string }
            }
          }
        >
      >
    >
  >
}

/** Files are named from the root, packages by their names. */
function fileOf(name: string): string {
  return path.join(root, name.startsWith('@') ? 'node_modules' : '', name)
}

function read(name: string): string {
  return readFileSync(fileOf(name), 'utf8')
}

const settings = {
  evmVersion: 'osaka',
  optimizer: { enabled: true },
  outputSelection: {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
  },
}

/** What another test has compiled already, as long as no source of it has changed. */
const cache = path.join(tmpdir(), 'pars-compiled', hashOf(JSON.stringify(settings)))

interface Kept {
  /** The hash of every source that was read, by its name. */
  readonly sources: Readonly<Record<string, string>>
  readonly contracts: Readonly<Record<string, Compiled>>
}

/**
 * The contracts of `file` (relative to the repository) by name. Any warning but of a package is an
 * error.
 */
export function compile(file: string): Readonly<Record<string, Compiled>> {
  const place = path.join(cache, `${hashOf(root + file)}.json`)
  const kept = keptIn(place)
  if (kept !== undefined) return kept.contracts
  const sources: Record<string, string> = {}
  const reading = (name: string): string => {
    const text = read(name)
    sources[name] = hashOf(text)
    return text
  }
  const contracts = compiled(file, reading)
  mkdirSync(cache, { recursive: true })
  const written = `${place}.${process.pid}`
  writeFileSync(written, JSON.stringify({ sources, contracts } satisfies Kept))
  renameSync(written, place)
  return contracts
}

function keptIn(place: string): Kept | undefined {
  if (!existsSync(place)) return undefined
  const kept = JSON.parse(readFileSync(place, 'utf8')) as Kept
  const isSame = Object.entries(kept.sources).every(([name, hash]) => {
    return existsSync(fileOf(name)) && hashOf(read(name)) === hash
  })
  return isSame ? kept : undefined
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function compiled(
  file: string,
  reading: (name: string) => string,
): Readonly<Record<string, Compiled>> {
  solc ??= createRequire(import.meta.url)('solc') as Compiler
  const input = { language: 'Solidity', sources: { [file]: { content: reading(file) } }, settings }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), { import: (name) => ({ contents: reading(name) }) }),
  ) as Output
  const complaints = (output.errors ?? []).filter(
    ({ severity, sourceLocation }) =>
      severity === 'error' || sourceLocation?.file.startsWith('@') !== true,
  )
  if (complaints.length > 0) {
    throw new Error(complaints.map(({ formattedMessage }) => formattedMessage).join('\n'))
  }
  return Object.fromEntries(
    Object.entries(output.contracts[file] ?? {}).map(([name, { abi, evm }]) => [
      name,
      {
        abi,
        bytecode: `0x${evm.bytecode.object}` as const,
        deployedBytecode: `0x${evm.deployedBytecode.object}` as const,
      },
    ]),
  )
}
