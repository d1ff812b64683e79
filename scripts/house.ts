/** The house as docs/ARCHITECTURE.md draws it: its floors, and what each folder may name from outside. */
import { globSync } from 'node:fs'
import path from 'node:path'

/** Lowest first. A folder may import only the faces of folders on the floors below its own. */
export const floors: readonly (readonly string[])[] = [
  ['base'],
  ['protocol'],
  ['crypto', 'storage'],
  ['contracts', 'inference'],
  ['identity', 'precompiles', 'quantizer', 'sdk'],
  ['genesis'],
  ['chain', 'consensus', 'mesh', 'network'],
  ['governance', 'sessions'],
  ['rpc'],
  ['node', 'sim'],
]

export const folders = floors.flat()

/** The modules from outside that a folder may name; a folder that is not here may name none. */
export const allowed: Readonly<Record<string, readonly RegExp[]>> = {
  crypto: [
    /^node:(?:crypto|module|path|util)$/,
    /^@noble\//,
    /^@paulmillr\//,
    /^(?:hash-wasm|secp256k1|tiny-secp256k1|mcl-wasm|micro-eth-signer)(?:\/|$)/,
  ],
  storage: [/^classic-level$/],
  precompiles: [/^node:(?:fs\/promises|module|path|url)$/],
  sdk: [/^@noble\/(?:hashes|post-quantum)\//, /^@scure\/bip39(?:\/|$)/, /^(?:viem|ethers)(?:\/|$)/],
  genesis: [/^zod$/],
  chain: [/^@ethereumjs\//, /^node:(?:path|url|worker_threads)$/],
  consensus: [/^@chainsafe\/ssz$/],
  network: [
    /^(?:libp2p|@libp2p\/[a-z-]+|@multiformats\/multiaddr)$/,
    /^node:(?:crypto|net|stream|tls)$/,
  ],
  governance: [/^zod$/],
  rpc: [/^(?:fastify|ws|zod)$/],
  node: [
    /^node:/,
    /^(?:@clack\/prompts|commander|onnxruntime-node|pino|prom-client|smol-toml|zod)$/,
  ],
  sim: [/^node:/],
}

/** The TypeScript of the production folders, by path from the root. */
export function sources(root: string): readonly string[] {
  return globSync(`{${folders.join(',')}}/**/*.ts`, { cwd: root })
    .filter((file) => !file.endsWith('.d.ts'))
    .map((file) => file.split(path.sep).join('/'))
    .toSorted()
}

/** Why `file` may not import `specifier`, or undefined when it may. */
export function objection(file: string, specifier: string): string | undefined {
  const [home = ''] = file.split('/')
  if (specifier.startsWith('.')) {
    const [target] = path.posix.join(path.posix.dirname(file), specifier).split('/')
    return target === home ? undefined : `${specifier} leaves ${home}/: import '#${target}'`
  }
  if (specifier.startsWith('#')) {
    const target = floorOf(specifier.slice(1))
    if (target < 0) return `${specifier} is not the face of a folder`
    return target < floorOf(home) ? undefined : `${home} stands beside or below ${specifier}`
  }
  const isAllowed = allowed[home]?.some((pattern) => pattern.test(specifier)) ?? false
  return isAllowed ? undefined : `${specifier} is not on the list of ${home}/`
}

function floorOf(folder: string): number {
  return floors.findIndex((names) => names.includes(folder))
}
