/**
 * The node's own socket: JSON-RPC for the programs of the user that runs the node, and for nobody
 * else. Whoever can open the file can do what the node lets its operator do.
 */
import { lstat, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import path from 'node:path'
import process from 'node:process'

import { Fault, type Log } from '#base'
import type { NodeRpcServer } from '#rpc'

/** On Windows a name of pipes and no file: who may open it is decided by the system. */
const isWindows = process.platform === 'win32'

/** @see unix(7), sun_path: 108 bytes on Linux, 104 elsewhere, the last of them zero. */
const longestPath = 103

export interface IpcOptions {
  /** Where the socket is; undefined for the usual place in the data folder. */
  readonly ipc?: string | undefined
  readonly data: string
  readonly log: Log
}

/** Of the file, or of a pipe on Windows. */
export function usualPath(data: string): string {
  if (!isWindows) return path.join(data, 'pars.ipc')
  return `\\\\.\\pipe\\pars-${path.resolve(data).replaceAll(/[\\/:]/g, '-')}`
}

/**
 * Serves the socket until it is disposed of. Undefined where the setting says `none`, and where the
 * usual place cannot be one, which is logged. Throws `NODE_IPC` and `NODE_IPC_USED`.
 */
export async function openIpc(
  server: Pick<NodeRpcServer, 'attach'>,
  { ipc, data, log }: IpcOptions,
): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  if (ipc === 'none') return undefined
  const place = path.resolve(ipc ?? usualPath(data))
  if (!isWindows && Buffer.byteLength(place) > longestPath) {
    const cure = `a socket takes a path of at most ${longestPath} bytes: name a shorter one with --ipc`
    if (ipc !== undefined) throw new Fault({ code: 'NODE_IPC', path: place }, cure)
    log.warn('no IPC socket', { path: place, cure })
    return undefined
  }
  if (!isWindows) await makeRoom(place)
  const sockets = createServer({ allowHalfOpen: true }, (socket) => server.attach(socket))
  await listen(sockets, place)
  return {
    path: place,
    // It ends with its last connection, and takes the file away.
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        sockets.close(() => resolve())
      }),
  }
}

/** Takes away the socket of a node that was killed. Throws `NODE_IPC` and `NODE_IPC_USED`. */
async function makeRoom(place: string): Promise<void> {
  const found = await lstat(place).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) {
    throw new Fault(
      { code: 'NODE_IPC', path: place },
      'another file is there, which is never overwritten: name another place with --ipc',
    )
  }
  if (await answers(place)) {
    throw new Fault(
      { code: 'NODE_IPC_USED', path: place },
      'another node answers there: stop it, or name another place with --ipc',
    )
  }
  await rm(place, { force: true })
}

function answers(place: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // Nobody listens, or it has just gone. Where it may not even be tried, it is somebody else's.
    socket.on('error', ({ code }: { code?: string }) =>
      resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    )
  })
}

function listen(sockets: Server, place: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sockets.once('error', ({ code: reason }: { code?: string }) => {
      reject(
        new Fault(
          { code: 'NODE_IPC', path: place, reason },
          'make its folder writable, or name another place with --ipc',
        ),
      )
    })
    // The file exists when this returns: with no rights for others from its first moment.
    const before = isWindows ? undefined : process.umask(0o177)
    try {
      sockets.listen(place, () => resolve())
    } finally {
      if (before !== undefined) process.umask(before)
    }
  })
}
