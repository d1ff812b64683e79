/**
 * Compiles contracts/ and writes contracts/generated/*.ts and contracts/artifacts/*.json:
 * `node scripts/contracts.ts`. Equal sources give equal bytes: the compiler is pinned, and its metadata,
 * which would hash comments, is left out of the code.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { hex } from '#base'
import { systemAddresses } from '#protocol'

/** EIP-170. */
const mostCode = 24_576

const root = path.join(import.meta.dirname, '..')
const folder = path.join(root, 'contracts')

const solc = createRequire(import.meta.url)('solc') as {
  version(): string
  compile(input: string, callbacks: { import(file: string): { contents: string } }): string
}

/** Contracts that stand in every genesis, by the name that `systemAddresses` has for them. */
const system: Readonly<Record<string, keyof typeof systemAddresses>> = {
  AccountFactory: 'accountFactory',
  ActionTiers: 'actionTiers',
  ChainParams: 'chainParams',
  CheckIn: 'checkIn',
  DIDRegistry: 'didRegistry',
  KeyDirectory: 'keyDirectory',
  ParsGovernor: 'governor',
  ParsTimelock: 'timelock',
  PIPRegistry: 'pipRegistry',
  PQAccount: 'accountImplementation',
  Treasury: 'treasury',
  UpgradeSchedule: 'upgradeSchedule',
  ValidatorSet: 'validatorSet',
  VePars: 'vePars',
}

interface Variable {
  readonly label: string
  readonly slot: string
  readonly offset: number
  readonly type: string
}

interface Artifact {
  readonly contractName: string
  readonly sourceName: string
  readonly compiler: string
  readonly abi: readonly object[]
  /** Absent where the genesis holds the contract: it has no constructor. */
  readonly bytecode?: string
  readonly deployedBytecode: string
  readonly storage?: readonly string[]
}

interface CompiledContract {
  readonly abi: readonly object[]
  readonly evm: {
    readonly bytecode: { readonly object: string }
    readonly deployedBytecode: {
      readonly object: string
      readonly immutableReferences: object
      /** Where asked for. */
      readonly sourceMap?: string
    }
  }
  readonly storageLayout: { readonly storage: readonly Variable[] }
}

export interface Output {
  readonly errors?: readonly {
    readonly severity: string
    readonly formattedMessage: string
    readonly sourceLocation?: { readonly file: string }
  }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>
  /** Syntax trees where asked for. */
  readonly sources?: Readonly<Record<string, { readonly id: number; readonly ast?: unknown }>>
}

const settings = {
  evmVersion: 'osaka',
  optimizer: { enabled: true, runs: 200 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
}

const selected = [
  'abi',
  'evm.bytecode.object',
  'evm.deployedBytecode.object',
  'evm.deployedBytecode.immutableReferences',
  'storageLayout',
]

/** Sources are named from the root; packages by their names. */
function read(name: string): string {
  const file = name.startsWith('@') ? path.join('node_modules', name) : name
  return readFileSync(path.join(root, file), 'utf8')
}

const sourceNames = globSync('contracts/**/*.sol', { cwd: root })
  .map((file) => file.split(path.sep).join('/'))
  .toSorted()

/** What more than artifacts need the compiler is asked for. */
interface Wishes {
  /** Files beside contracts/. */
  readonly files?: readonly string[]
  readonly ofContracts?: readonly string[]
  readonly ofFiles?: readonly string[]
}

/** What the compiler says of contracts/. Throws at any warning but of a package. */
export function compiled({ files = [], ofContracts = [], ofFiles = [] }: Wishes = {}): Output {
  const names = [...sourceNames, ...files]
  const sources = Object.fromEntries(names.map((name) => [name, { content: read(name) }]))
  const outputSelection = { '*': { '*': [...selected, ...ofContracts], '': ofFiles } }
  const input = JSON.stringify({
    language: 'Solidity',
    sources,
    settings: { ...settings, outputSelection },
  })
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
  return output
}

/** The contracts of contracts/ that can be deployed. */
function artifacts(): readonly Artifact[] {
  const { contracts } = compiled()
  return sourceNames.flatMap((sourceName) =>
    Object.entries(contracts?.[sourceName] ?? {})
      // A library of internal functions compiles to a stub that nothing calls.
      .filter(([, { abi, evm }]) => evm.bytecode.object !== '' && abi.length > 0)
      .map(([contractName, contract]) => artifactOf(sourceName, contractName, contract)),
  )
}

function artifactOf(
  sourceName: string,
  contractName: string,
  contract: CompiledContract,
): Artifact {
  const { abi, evm, storageLayout } = contract
  const head = { contractName, sourceName, compiler: solc.version(), abi }
  const { object, immutableReferences } = evm.deployedBytecode
  const deployedBytecode = `0x${object}`
  if (!(contractName in system)) {
    return { ...head, bytecode: `0x${evm.bytecode.object}`, deployedBytecode }
  }
  if (object.length / 2 > mostCode) throw new Error(`${contractName}: ${object.length / 2} bytes`)
  if (Object.keys(immutableReferences).length > 0) {
    throw new Error(`${contractName} reads an immutable, which no constructor sets in a genesis`)
  }
  const storage = storageLayout.storage.map(
    ({ label, slot, offset, type }) => `${slot}+${offset} ${label}: ${typeName(type)}`,
  )
  return { ...head, deployedBytecode, storage }
}

/** Types of a layout carry numbers of the syntax tree, which change with every edit. */
function typeName(type: string): string {
  return type.replaceAll(/(t_(?:struct|enum|contract|userDefinedValueType)\([^()]*\))\d+/g, '$1')
}

function nameOf(contractName: string): string {
  const [capitals = ''] = /^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/.exec(contractName) ?? []
  return capitals.toLowerCase() + contractName.slice(capitals.length)
}

function typescript(artifact: Artifact): string {
  const { contractName, abi, bytecode, deployedBytecode } = artifact
  const name = nameOf(contractName)
  const entries = abi.map((entry) => `    ${JSON.stringify(entry)},`).join('\n')
  const code = `  deployedBytecode: '${deployedBytecode}',`
  const head = '// Written by scripts/contracts.ts.'
  if (bytecode !== undefined) {
    const creation = `  bytecode: '${bytecode}',`
    return [
      head,
      `export const ${name} = {`,
      `  abi: [\n${entries}\n  ],`,
      creation,
      code,
      '} as const\n',
    ].join('\n')
  }
  // What calls the contract needs no code of it: a page should not carry it.
  const address = `address: '${addressOf(contractName)}'`
  return [
    head,
    `const abi = [\n${entries}\n] as const\n`,
    `export const ${name}Contract = { ${address}, abi } as const\n`,
    `export const ${name} = {`,
    `  contractName: '${contractName}',`,
    `  ${address},`,
    '  abi,',
    code,
    '} as const\n',
  ].join('\n')
}

function fileOf(contractName: string): string {
  return nameOf(contractName).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Those of the genesis, in the order of their addresses. */
function systemText(all: readonly Artifact[]): string {
  const names = all
    .filter(({ contractName }) => contractName in system)
    .toSorted((a, b) => addressOf(a.contractName).localeCompare(addressOf(b.contractName)))
    .map(({ contractName }) => nameOf(contractName))
  const imports = names
    .toSorted()
    .map((name) => `import { ${name} } from './${fileOf(name)}.ts'\n`)
    .join('')
  return `${imports}\nexport const systemContracts = [${names.join(', ')}] as const\n`
}

function addressOf(contractName: string): string {
  const name = system[contractName]
  return name === undefined ? '' : hex(systemAddresses[name])
}

/** Every generated file's text, by its path from contracts/. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const all = artifacts()
  const exported = all.map(({ contractName }) => {
    const name = nameOf(contractName)
    const names = contractName in system ? `${name}, ${name}Contract` : name
    return `export { ${names} } from './${fileOf(contractName)}.ts'\n`
  })
  const head = '// Written by scripts/contracts.ts.\n'
  return {
    'generated/index.ts': `${head}${exported.toSorted().join('')}`,
    'generated/system.ts': `${head}${systemText(all)}`,
    ...Object.fromEntries(
      all.flatMap((one) => [
        [`generated/${fileOf(one.contractName)}.ts`, typescript(one)],
        [`artifacts/${one.contractName}.json`, `${JSON.stringify(one, null, 2)}\n`],
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
