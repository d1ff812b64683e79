/** The development nodes of others, as their makers ship them, in a folder of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const packages = [
  '@foundry-rs/anvil-linux-amd64@1.7.1',
  'hardhat@3.18.0',
  '@nomicfoundation/edr-linux-x64-gnu@0.22.0',
]

export interface Rival extends Disposable {
  readonly name: string
  readonly url: string
}

/** Installs them into `folder` from the registry. */
export function install(folder: string): void {
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n')
  writeFileSync(path.join(folder, 'hardhat.config.js'), 'export default {}\n')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--force']
  execFileSync('npm', ['install', ...flags, ...packages], { cwd: folder, stdio: 'ignore' })
}

export async function startAnvil(folder: string, port: number): Promise<Rival> {
  const binary = path.join(folder, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil')
  return started('anvil', spawn(binary, ['--port', String(port)], { cwd: folder }), port)
}

export async function startHardhat(folder: string, port: number): Promise<Rival> {
  const script = path.join(folder, 'node_modules/hardhat/dist/src/cli.js')
  const parameters = [script, 'node', '--port', String(port)]
  return started('hardhat node', spawn(process.execPath, parameters, { cwd: folder }), port)
}

async function started(name: string, child: ChildProcess, port: number): Promise<Rival> {
  const url = `http://127.0.0.1:${port}`
  let said = ''
  child.stdout?.on('data', (data) => (said = (said + String(data)).slice(-2000)))
  child.stderr?.on('data', (data) => (said = (said + String(data)).slice(-2000)))
  for (let tries = 0; tries < 300; tries++) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    if (await answers(url)) return { name, url, [Symbol.dispose]: () => void child.kill() }
    if (child.exitCode !== null) break
    // oxlint-disable-next-line no-await-in-loop -- as above
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  child.kill()
  throw new Error(`${name} did not start: ${said}`)
}

async function answers(url: string): Promise<boolean> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  const headers = { 'content-type': 'application/json' }
  return fetch(url, { method: 'POST', headers, body }).then(
    ({ ok }) => ok,
    () => false,
  )
}
