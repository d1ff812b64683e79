/** What an application's bundler makes of the SDK. */
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'

const root = path.resolve(import.meta.dirname, '..')

/** The oldest browsers in which the SDK runs: those with `Uint8Array.fromHex`. */
const target = ['chrome140', 'firefox133', 'safari18.2']

/** The minified module of one source, as text. Rejects for what a browser has not, such as `node:`. */
export async function bundle(source: string, folder: string = root): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target,
    minify: true,
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

/** By what an application takes: its module's source. */
export const applications = {
  'keys and accounts': `export * from '#sdk'`,
  '+ keys in the browser': `export * from '#sdk'; export * from '#sdk/browser'`,
  '+ viem account': `export { generateKey, keyFromSeed } from '#sdk'; export { toParsAccount } from '#sdk/viem'`,
  '+ viem chain, sending': `export * from '#sdk/browser'; export * from '#sdk/viem'
    export { createClient, http } from 'viem'
    export { sendTransaction, waitForTransactionReceipt } from 'viem/actions'`,
  '+ wallet provider': `export * from '#sdk/browser'; export * from '#sdk/viem'; export * from '#sdk/wallet'
    export { http } from 'viem'`,
} as const

/** Bytes. */
interface Size {
  readonly minified: number
  readonly gzip: number
}

export async function sizeOf(source: string): Promise<Size> {
  const text = await bundle(source)
  return { minified: Buffer.byteLength(text), gzip: gzipSync(text, { level: 9 }).length }
}
