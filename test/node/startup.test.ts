import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

const root = path.join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** Prints, at the end, the folders and packages that modules came from. */
const spy = `
import { registerHooks } from 'node:module'
const homes = new Set()
registerHooks({
  load(url, context, next) {
    const [, home] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? []
    homes.add(home ?? url.slice(${JSON.stringify(`file://${root}/`)}.length).split('/')[0])
    return next(url, context)
  },
})
process.on('exit', () => process.stderr.write(JSON.stringify([...homes])))
`

async function homesOf(...parameters: readonly string[]): Promise<readonly string[]> {
  const preload = `data:text/javascript,${encodeURIComponent(spy)}`
  const cli = path.join(root, 'node/cli.ts')
  const { stderr } = await run(process.execPath, ['--import', preload, cli, ...parameters])
  return JSON.parse(stderr) as readonly string[]
}

const light = new Set(['', 'base', 'protocol', 'node', 'commander'])

describe('the start of a command', function () {
  this.timeout(60_000)

  for (const line of ['--help', 'account --help', 'call --help', 'wait --help', 'status --help']) {
    it(`of pars ${line} loads what it needs alone`, async () => {
      const homes = await homesOf(...line.split(' '))
      assert.ok(homes.includes('commander'))
      assert.deepEqual(
        homes.filter((home) => !light.has(home)),
        [],
      )
    })
  }

  for (const line of ['genesis show devnet', 'account list --keys none', 'config print']) {
    it(`of pars ${line} loads no SDK, no interpreter and no server`, async () => {
      const homes = await homesOf(...line.split(' '))
      const heavy = /^(?:sdk|chain|rpc|@ethereumjs\/.*|fastify|viem|ethers|@clack\/.*)$/
      assert.deepEqual(
        homes.filter((home) => heavy.test(home)),
        [],
      )
    })
  }
})
