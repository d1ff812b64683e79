/** Compiles Solidity of this repository with solc's JavaScript build. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.join(import.meta.dirname, '../..')
const solc = createRequire(import.meta.url)('solc') as {
  compile(input: string, callbacks: { import(file: string): { contents: string } }): string
}

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
function read(name: string): string {
  return readFileSync(path.join(root, name.startsWith('@') ? 'node_modules' : '', name), 'utf8')
}

/** The contracts of `file` (relative to the repository) by name. Any warning but of a package is an
 * error. */
export function compile(file: string): Readonly<Record<string, Compiled>> {
  const settings = {
    evmVersion: 'osaka',
    optimizer: { enabled: true },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
  }
  const sources = { [file]: { content: read(file) } }
  const output = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }), {
      import: (name) => ({ contents: read(name) }),
    }),
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
