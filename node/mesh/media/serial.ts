import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import process from 'node:process'
import type { Duplex } from 'node:stream'
import { ReadStream } from 'node:tty'
import { promisify } from 'node:util'

import { mediumFault } from './faults.ts'

export interface SerialLine {
  /** `/dev/ttyUSB0`, `COM3`. */
  readonly path: string
  /** Bits per second between computer and device. */
  readonly baud: number
}

/** What is used of the package `serialport`. */
interface SerialPortModule {
  readonly SerialPort: new (options: {
    path: string
    baudRate: number
    autoOpen: false
  }) => Duplex & { open(done: (error: Error | null) => void): void }
}

/**
 * Opens a serial device, 8N1: by the package `serialport` where it is installed, elsewhere as a terminal of
 * the system. Throws `MESH_MEDIUM`.
 */
export async function openSerial(medium: string, line: SerialLine): Promise<Duplex> {
  const module = await loadSerialPort()
  if (module !== undefined) return openPort(medium, line, module)
  if (process.platform === 'win32') {
    throw mediumFault(
      medium,
      'serial lines need the package serialport',
      'npm install serialport@13',
    )
  }
  return openTerminal(medium, line)
}

async function loadSerialPort(): Promise<SerialPortModule | undefined> {
  // By a variable, as it need not be there: its types neither.
  const name = 'serialport'
  try {
    return (await import(name)) as SerialPortModule
  } catch {
    return undefined
  }
}

async function openPort(
  medium: string,
  { path, baud }: SerialLine,
  { SerialPort }: SerialPortModule,
): Promise<Duplex> {
  const port = new SerialPort({ path, baudRate: baud, autoOpen: false })
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  port.open((error) => {
    if (error === null || error === undefined) resolve(port)
    else reject(unusable(medium, error.message))
  })
  return promise
}

async function openTerminal(medium: string, { path, baud }: SerialLine): Promise<Duplex> {
  const flag = process.platform === 'darwin' ? '-f' : '-F'
  const settings = [flag, path, String(baud), 'raw', '-echo', 'clocal', 'cread', '-crtscts']
  try {
    await promisify(execFile)('stty', settings, { timeout: 5_000 })
    const { O_RDWR, O_NOCTTY, O_NONBLOCK } = constants
    const device = openSync(path, O_RDWR | O_NOCTTY | O_NONBLOCK)
    try {
      return new ReadStream(device)
    } catch (error) {
      closeSync(device)
      throw error
    }
  } catch (error) {
    throw unusable(medium, (error as Error).message.trim())
  }
}

function unusable(medium: string, reason: string): Error {
  return mediumFault(medium, reason, 'plug it in, name its device, and be allowed to use it')
}
