/**
 * Compiles contracts/ and writes contracts/generated.ts and contracts/artifacts/*.json:
 * `node scripts/contracts.ts`. Equal sources give equal bytes: the compiler is pinned, and its metadata,
 * which would hash comments, is left out of the code.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const root = path.join(import.meta.dirname, '..')
const folder = path.join(root, 'contracts')

const solc = createRequire(import.meta.url)('solc') as {
  version(): string
  compile(input: string, callbacks: { import(file: string): { contents: string } }): string
}

interface Artifact {
  readonly contractName: string
  readonly sourceName: string
  readonly compiler: string
  readonly abi: readonly object[]
  readonly bytecode: string
  readonly deployedBytecode: string
}

interface CompiledContract {
  readonly abi: readonly object[]
  readonly evm: Readonly<Record<'bytecode' | 'deployedBytecode', { readonly object: string }>>
}

interface Output {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
    readonly sourceLocation?: { readonly file: string }
  }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>
}

const settings = {
  evmVersion: 'osaka',
  optimizer: { enabled: true, runs: 200 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
  },
}

/** Sources are named from the root; packages by their names. */
function read(name: string): string {
  const file = name.startsWith('@') ? path.join('node_modules', name) : name
  return readFileSync(path.join(root, file), 'utf8')
}

/** The contracts of contracts/ that can be deployed, by name. Throws at any warning but of a package. */
function artifacts(): readonly Artifact[] {
  const names = globSync('contracts/**/*.sol', { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .toSorted()
  const sources = Object.fromEntries(names.map((name) => [name, { content: read(name) }]))
  const input = JSON.stringify({ language: 'Solidity', sources, settings })
  const output = JSON.parse(
    solc.compile(input, { import: (name) => ({ contents: read(name) }) }),
  ) as Output
  const complaints = (output.errors ?? []).filter(
    ({ severity, sourceLocation }) =>
      severity === 'error' || sourceLocation?.file.startsWith('@') !== true,
  )
  if (complaints.length > 0) {
    throw new Error(complaints.map(({ formattedMessage }) => formattedMessage).join('\n'))
  }
  return names.flatMap((sourceName) =>
    Object.entries(output.contracts?.[sourceName] ?? {})
      // A library of internal functions compiles to a stub that nothing calls.
      .filter(([, { abi, evm }]) => evm.bytecode.object !== '' && abi.length > 0)
      .map(([contractName, { abi, evm }]) => ({
        contractName,
        sourceName,
        compiler: solc.version(),
        abi,
        bytecode: `0x${evm.bytecode.object}`,
        deployedBytecode: `0x${evm.deployedBytecode.object}`,
      })),
  )
}

function typescript({ contractName, abi, bytecode, deployedBytecode }: Artifact): string {
  const name = contractName.charAt(0).toLowerCase() + contractName.slice(1)
  const entries = abi.map((entry) => `    ${JSON.stringify(entry)},`).join('\n')
  return [
    `export const ${name} = {`,
    `  abi: [\n${entries}\n  ],`,
    `  bytecode: '${bytecode}',`,
    `  deployedBytecode: '${deployedBytecode}',`,
    '} as const\n',
  ].join('\n')
}

/** Every generated file's text, by its path from contracts/. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const all = artifacts()
  const head = '// Written by scripts/contracts.ts.\n'
  return {
    'generated.ts': [head, ...all.map(typescript)].join('\n'),
    ...Object.fromEntries(
      all.map((artifact) => [
        path.posix.join('artifacts', `${artifact.contractName}.json`),
        `${JSON.stringify(artifact, null, 2)}\n`,
      ]),
    ),
  }
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(generatedFiles())) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}
