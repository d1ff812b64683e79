/** What processes of this machine take, as the kernel counts it. Linux alone. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

/** Of the kernel's statistics, per second, on every Linux that Node runs on. */
const ticks = 100

export interface Taken {
  /** CPU seconds of the whole process. */
  readonly cpu: number
  /** Of these, of its main thread. */
  readonly main: number
  /** Bytes handed to the disk. */
  readonly written: number
}

export function taken(pid: number): Taken {
  const io = readFileSync(`/proc/${pid}/io`, 'utf8')
  return {
    cpu: cpuOf(`/proc/${pid}/stat`),
    main: cpuOf(`/proc/${pid}/task/${pid}/stat`),
    written: Number(/^write_bytes: (\d+)$/m.exec(io)?.[1]),
  }
}

/** Bytes in memory of its own: code that processes share is counted in none. */
export function privateMemory(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024
  return of('Private_Clean') + of('Private_Dirty')
}

export function folderBytes(folder: string): number {
  let sum = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    // A compaction removes files while they are counted.
    sum += statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return sum
}

/** The machine's, of the last minute. */
export function load(): number {
  return Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
}

function cpuOf(file: string): number {
  // The name in parentheses may hold anything.
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticks
}
