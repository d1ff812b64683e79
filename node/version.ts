import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

export const version = manifest.version

/** `name/version/platform/runtime`, as web3_clientVersion answers. */
export const clientVersion = `pars/${version}/${process.platform}-${process.arch}/node${process.versions.node}`
