import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const version = manifest.version

/** The oldest Node that runs Pars: major and minor, as bin/runtime.js has them. */
export const oldestNode = [26, 10] as const

/** `name/version/platform/runtime`, as web3_clientVersion answers. */
export const clientVersion = `pars/${version}/${process.platform}-${process.arch}/node${process.versions.node}`
