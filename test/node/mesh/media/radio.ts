import { concat, fixed } from '#base'
import { joinFrames, splitFrames } from '#mesh'

import { encodeKiss, kissReader } from '../../../../mesh/framing/kiss.ts'
import type { Terminal } from './terminals.ts'

type Hears = (frame: Uint8Array) => void

/** Carries frames of 255 bytes from each radio to all others. */
export class Air {
  readonly #radios = new Set<Hears>()

  join(hears: Hears): void {
    this.#radios.add(hears)
  }

  leave(hears: Hears): void {
    this.#radios.delete(hears)
  }

  send(frame: Uint8Array, from: Hears | undefined): void {
    for (const hears of this.#radios) if (hears !== from) hears(frame)
  }
}

/** An RNode as its host sees it, behind a terminal. */
export class SimulatedRnode {
  readonly #terminal: Terminal
  readonly #air: Air
  readonly #set = new Map<number, Uint8Array>()
  readonly #hears: Hears
  readonly #bandwidth: number | undefined
  isOn = false
  #sequence = 0

  /** @param bandwidth That it insists on, whatever it is asked for. */
  constructor(terminal: Terminal, air: Air, bandwidth?: number) {
    this.#terminal = terminal
    this.#air = air
    this.#bandwidth = bandwidth
    const join = joinFrames(508, (cell) => {
      this.#say(0x23, Uint8Array.of(57))
      this.#say(0x00, cell)
    })
    this.#hears = (frame) => {
      if (this.isOn) join(frame)
    }
    air.join(this.#hears)
    const reader = kissReader(508, (command, data) => this.#told(command, data))
    terminal.written.on('data', (chunk: Uint8Array) => reader.push(chunk))
  }

  leave(): void {
    this.#air.leave(this.#hears)
  }

  setting(command: number): Uint8Array | undefined {
    return this.#set.get(command)
  }

  #told(command: number, data: Uint8Array): void {
    const [first] = data
    if (command === 0x08 && first === 0x73) this.#say(0x08, Uint8Array.of(0x46))
    else if (command === 0x02 && this.#bandwidth !== undefined) {
      this.#say(command, fixed(this.#bandwidth, 4))
    } else if (command >= 0x01 && command <= 0x05) {
      this.#set.set(command, data)
      this.#say(command, data)
    } else if (command === 0x06) {
      this.isOn = first === 1
      this.#say(command, data)
    } else if (command === 0x00 && this.isOn) {
      this.#sequence = (this.#sequence + 1) % 16
      for (const frame of splitFrames(data, 255, this.#sequence)) this.#air.send(frame, this.#hears)
    }
  }

  #say(command: number, data: Uint8Array): void {
    this.#terminal.read.write(concat(encodeKiss(command, data)))
  }
}
