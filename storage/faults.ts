import { Fault } from '#base'

/**
 * - `STORE_CLOSED`: used after `close`.
 * - `STORE_LOCKED`: another process has it open.
 * - `STORE_FULL`: the disk has no room. Nothing of the batch is kept; reopen before writing again.
 * - `STORE_UNWRITABLE`: the folder cannot be created, read or written.
 * - `STORE_CORRUPT`: a checksum does not match, or files are missing.
 */
export type StoreFault = Fault<
  | { readonly code: 'STORE_CLOSED' }
  | { readonly code: 'STORE_LOCKED'; readonly path: string }
  | { readonly code: 'STORE_FULL'; readonly path: string }
  | { readonly code: 'STORE_UNWRITABLE'; readonly path: string; readonly reason: string }
  | { readonly code: 'STORE_CORRUPT'; readonly path: string; readonly reason: string }
>

export function closed(): StoreFault {
  return new Fault({ code: 'STORE_CLOSED' }, 'open the store again')
}

/** What went wrong inside LevelDB or the file system, as a fault. */
export function explain(error: unknown, path: string): StoreFault {
  const codes: unknown[] = []
  const texts: string[] = []
  for (let at = error; at instanceof Error; at = at.cause) {
    codes.push('code' in at ? at.code : undefined)
    texts.push(at.message)
  }
  const reason = texts.at(-1) ?? String(error)
  if (codes.some((code) => typeof code === 'string' && code.endsWith('_NOT_OPEN'))) {
    if (codes.length === 1) return closed()
  }
  if (codes.includes('LEVEL_LOCKED')) {
    return new Fault({ code: 'STORE_LOCKED', path }, 'stop the other process that uses it')
  }
  if (codes.includes('ENOSPC') || codes.includes('EDQUOT') || noRoom.test(reason)) {
    return new Fault({ code: 'STORE_FULL', path }, 'free disk space, then start again')
  }
  if (codes.includes('LEVEL_CORRUPTION') || /corruption/i.test(reason)) {
    return new Fault({ code: 'STORE_CORRUPT', path, reason }, 'restore the folder from a backup')
  }
  return new Fault({ code: 'STORE_UNWRITABLE', path, reason }, 'check the folder and its rights')
}

/** LevelDB passes on the operating system's words and drops its number. */
const noRoom = /no space left|disk quota exceeded|file too large|not enough space/i
