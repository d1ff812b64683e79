import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

import { Failure, platformPackage, signalCode } from './runtime.js'

const stampName = '.pars-stamp'
const pollInterval = 200
const heartbeatInterval = 1000
/** Milliseconds that a waiting process gives a lock without a heartbeat before it breaks it. */
const patience = 15_000

/**
 * Makes `node_modules` of the checkout at `root` what its lock file says. The install grows in a
 * folder of its own and is moved into place whole: nobody ever sees half of one.
 */
export async function install(root) {
  if (isInstalled(root)) return
  const interruption = new AbortController()
  const stop = (signal) => interruption.abort(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  try {
    await installOnce(root, interruption.signal)
  } catch (error) {
    const { aborted, reason } = interruption.signal
    if (aborted) throw new Failure('the install was interrupted.', signalCode(reason))
    throw error instanceof Failure ? error : new Failure(`the install failed: ${error.message}`)
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

async function installOnce(root, signal) {
  const room = path.join(root, '.install')
  const lock = await acquire(room, signal)
  try {
    if (!isInstalled(root)) await replace(root, room, lock.token, signal)
  } finally {
    lock.release()
  }
}

// What one system installed, another can't run, although they may share the folder.
function expectedStamp(root) {
  const lock = readFileSync(path.join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  return `${digest} ${process.platform}-${process.arch}\n`
}

function isInstalled(root) {
  try {
    const stamp = readFileSync(path.join(root, 'node_modules', stampName), 'utf8')
    return stamp === expectedStamp(root)
  } catch (error) {
    if (error.code === 'ENOENT' && existsSync(path.join(root, 'package-lock.json'))) return false
    throw new Failure(`the state of node_modules is unreadable: ${error.message}`)
  }
}

async function replace(root, room, token, signal) {
  for (const leftover of readdirSync(room)) {
    if (leftover !== 'lock') await remove(path.join(room, leftover))
  }
  const stage = path.join(room, token)
  mkdirSync(stage)
  try {
    for (const name of ['package.json', 'package-lock.json', '.npmrc']) {
      const source = path.join(root, name)
      if (existsSync(source)) copyFileSync(source, path.join(stage, name))
    }
    process.stderr.write('pars: installing dependencies, once per package-lock.json …\n')
    await npmCi(stage, signal)
    const fresh = path.join(stage, 'node_modules')
    verify(fresh)
    writeFileSync(path.join(fresh, stampName), expectedStamp(stage))
    swap(fresh, path.join(root, 'node_modules'), path.join(stage, 'replaced'))
  } finally {
    await remove(stage)
  }
}

async function npmCi(folder, signal) {
  const [command, ...prefix] = npm()
  const args = ['ci', '--ignore-scripts', '--include=optional', '--include=dev']
  // Node 20 is too old for some packages and only ever starts this launcher.
  args.push('--engine-strict=false', '--loglevel=error', '--no-audit', '--no-fund')
  const child = spawn(command, [...prefix, ...args], {
    cwd: folder,
    // Standard output belongs to the script that is about to run.
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  })
  const kill = () => child.kill(signal.reason)
  if (signal.aborted) kill()
  signal.addEventListener('abort', kill)
  const [code, reason] = await new Promise((resolve) => {
    child.on('error', (error) => resolve([127, error.code]))
    child.on('exit', (...ended) => resolve(ended))
  })
  signal.throwIfAborted()
  if (code === 0) return
  const cause = reason ?? `exit code ${code}`
  throw new Failure(
    `npm ci failed (${cause}). Nothing was changed. Check the network and npm's registry, then try again.`,
    code ?? signalCode(reason),
  )
}

// Some releases of npm end an install in the middle and report success, and all of them forgive a
// failed download of an optional package, such as the one that everything here runs on.
function verify(modules) {
  for (const name of ['.package-lock.json', platformPackage() ?? '.']) {
    if (existsSync(path.join(modules, name))) continue
    throw new Failure(`npm ci left out ${name}. Nothing was changed: try again.`)
  }
}

function npm() {
  const script = process.env.npm_execpath
  if (script !== undefined && path.basename(script) === 'npm-cli.js' && existsSync(script)) {
    return [process.execPath, script]
  }
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}

function swap(fresh, place, replaced) {
  try {
    rename(place, replaced)
    renameSync(fresh, place)
  } catch (error) {
    rename(replaced, place)
    throw new Failure(
      `node_modules can't be replaced (${error.code}). Stop what is running from it, then try again.`,
    )
  }
}

function rename(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function remove(folder) {
  return rm(folder, { recursive: true, force: true, maxRetries: 3 })
}

async function acquire(room, signal) {
  const file = path.join(room, 'lock')
  const token = randomBytes(8).toString('hex')
  const own = `${token} ${process.pid} ${hostname()}`
  let seen = ''
  let unchanged = 0
  for (;;) {
    signal.throwIfAborted()
    if (create(room, file, own)) return hold(room, file, own, token)
    const held = look(file)
    unchanged = held.state === seen ? unchanged + pollInterval : 0
    if (seen === '') process.stderr.write('pars: waiting for another install …\n')
    seen = held.state
    if (unchanged >= patience || isDead(held.owner)) breakLock(file, held.owner, token)
    else await sleep(pollInterval, undefined, { signal })
  }
}

function create(room, file, own) {
  mkdirSync(room, { recursive: true })
  try {
    writeFileSync(file, own, { flag: 'wx' })
    return true
  } catch (error) {
    // ENOENT: the last owner took the room away between the two calls.
    if (error.code === 'EEXIST' || error.code === 'ENOENT') return false
    throw error
  }
}

function hold(room, file, own, token) {
  const heartbeat = setInterval(() => {
    if (look(file).owner === own) attempt(() => utimesSync(file, new Date(), new Date()))
  }, heartbeatInterval)
  const release = () => {
    clearInterval(heartbeat)
    if (look(file).owner !== own) return
    attempt(() => unlinkSync(file))
    attempt(() => rmdirSync(room))
  }
  return { token, release }
}

// The lock saves work; what keeps node_modules whole is that each install has its own folder.
function attempt(change) {
  try {
    change()
  } catch {}
}

function look(file) {
  try {
    const owner = readFileSync(file, 'utf8')
    return { owner, state: `${owner} ${statSync(file).mtimeMs}` }
  } catch {
    return { owner: '', state: 'none' }
  }
}

// A dead owner on this machine is certain; any other shows only by its missing heartbeat.
function isDead(owner) {
  const [, pid, host] = owner.split(' ')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function breakLock(file, owner, token) {
  const broken = `${file}-${token}`
  rename(file, broken)
  // Another waiter was faster and holds a lock of its own: it keeps it.
  if (look(broken).owner === owner) attempt(() => unlinkSync(broken))
  else rename(broken, file)
}
