import { type FSWatcher, watch } from 'node:fs'

import { concat, type Timer } from '#base'
import { type Arrival, hdlc, type Medium, type MediumFacts } from '#mesh'

import { DropFolder } from './drop-folder.ts'
import { busy, mediumFault, nobody, tooLarge } from './faults.ts'
import { limits } from './limits.ts'
import { Pacer } from './pacer.ts'
import type { MediaPorts } from './ports.ts'

export interface DropOptions {
  readonly name: string
  readonly facts: MediumFacts
  /** Is never made: the folder of a disk that is not there would be one on another disk. */
  readonly folder: string
}

interface Waiting {
  readonly frame: Uint8Array
  readonly taken: () => void
  readonly refused: (reason: unknown) => void
}

/** Those who read and write the same folder, now or days later. */
export class DropMedium implements Medium {
  readonly name: string
  readonly kind = 'drop'
  readonly facts: MediumFacts
  readonly #options: DropOptions
  readonly #ports: MediaPorts
  readonly #pacer: Pacer
  #folder: DropFolder
  #receive: ((cell: Uint8Array, arrival: Arrival) => void) | undefined
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #looking: Promise<void> | undefined
  #hasChanged = false
  #isMissing = false
  #watcher: FSWatcher | undefined
  #timer: Timer | undefined

  constructor(options: DropOptions, ports: MediaPorts) {
    this.name = options.name
    this.facts = options.facts
    this.#options = options
    this.#ports = ports
    this.#folder = new DropFolder(options.folder, ports)
    this.#pacer = new Pacer(ports.clock, options.facts.bitsPerSecond)
  }

  async start(receive: (cell: Uint8Array, arrival: Arrival) => void): Promise<void> {
    this.#receive = receive
    this.#folder = new DropFolder(this.#options.folder, this.#ports)
    this.#poll()
    await this.#looking
  }

  async send(cell: Uint8Array, neighbour?: string): Promise<void> {
    if (neighbour !== undefined) throw nobody(this.name, neighbour)
    if (cell.length > this.facts.mtu) throw tooLarge(this.name, cell.length, this.facts.mtu)
    this.#pacer.check(this.name)
    if (this.#receive === undefined) throw this.#fault(new Error('it is stopped'))
    const frame = hdlc.encode(cell)
    if (this.#waitingBytes + frame.length > limits.queuedBytes.value) throw busy(this.name)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ frame, taken: resolve, refused: reject })
    this.#waitingBytes += frame.length
    this.#writing ??= this.#write()
    await promise
    await this.#pacer.taken(cell.length)
  }

  async stop(): Promise<void> {
    this.#receive = undefined
    this.#timer?.cancel()
    this.#watcher?.close()
    this.#watcher = undefined
    await Promise.all([this.#writing, this.#looking])
    this.#pacer.stop()
  }

  /** What has come together while a file was written goes into the next one. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        await this.#folder.write(concat(...batch.map(({ frame }) => frame)))
        for (const { taken } of batch) taken()
      } catch (error) {
        for (const { refused } of batch) refused(this.#fault(error as Error))
      }
    }
    this.#writing = undefined
  }

  #poll(): void {
    this.#timer?.cancel()
    if (this.#receive === undefined) return
    this.#timer = this.#ports.clock.after(limits.dropPoll.value, () => this.#poll())
    this.#watch()
    this.#look()
  }

  #look(): void {
    this.#hasChanged = true
    this.#looking ??= this.#lookAll()
  }

  async #lookAll(): Promise<void> {
    while (this.#hasChanged && this.#receive !== undefined) {
      this.#hasChanged = false
      try {
        await this.#folder.look((content) => {
          hdlc.reader(this.facts.mtu, (cell) => this.#receive?.(cell, {})).push(content)
        })
        this.#isMissing = false
      } catch (error) {
        const { message } = error as Error
        if (!this.#isMissing) {
          this.#ports.log.warn('a folder can’t be read', { medium: this.name, reason: message })
        }
        this.#isMissing = true
      }
    }
    this.#looking = undefined
  }

  /** Polling alone is enough; where the system tells of changes, they are seen sooner. */
  #watch(): void {
    if (this.#watcher !== undefined) return
    try {
      const watcher = watch(this.#options.folder, () => this.#look())
      watcher.on('error', () => watcher.close())
      watcher.on('close', () => {
        if (this.#watcher === watcher) this.#watcher = undefined
      })
      this.#watcher = watcher
    } catch {
      this.#watcher = undefined
    }
  }

  #fault(error: Error): Error {
    return mediumFault(this.name, error.message, 'make its folder writable, or put its disk in')
  }
}
