import type { Duplex } from 'node:stream'

import {
  hdlc,
  kiss,
  type LoraParameters,
  rnode,
  rnodeCellBytes,
  rnodeDetection,
  rnodeFarewell,
  rnodeReader,
  rnodeSettings,
  type RnodeWord,
} from '#mesh'

import { mediumFault } from './faults.ts'
import { limits } from './limits.ts'
import type { MediaPorts } from './ports.ts'
import { openSerial, type SerialLine } from './serial.ts'
import { StreamMedium } from './stream-medium.ts'
import type { Named } from './tcp.ts'

/** A line between two nodes. */
export function serialMedium(options: Named & SerialLine, ports: MediaPorts): StreamMedium {
  const { name, facts, isPaced } = options
  const dialled = { open: () => openSerial(name, options) }
  return new StreamMedium(
    { name, kind: 'serial', facts, isPaced, framing: hdlc, dialled: [dialled] },
    ports,
  )
}

/** @param frame Bytes of the modem's longest frame, where that is less than a cell. */
export function kissMedium(
  options: Named & SerialLine & { readonly frame?: number | undefined },
  ports: MediaPorts,
): StreamMedium {
  const { name, facts, isPaced, frame } = options
  const dialled = { open: () => openSerial(name, options) }
  return new StreamMedium(
    { name, kind: 'kiss', facts, isPaced, framing: kiss(frame), dialled: [dialled] },
    ports,
  )
}

/** A LoRa radio with the firmware of RNodes, which splits and joins cells itself. */
export function rnodeMedium(
  options: Named & SerialLine & { readonly radio: LoraParameters },
  ports: MediaPorts,
): StreamMedium {
  const { name, facts, isPaced, radio } = options
  const complain = (word: RnodeWord): void => {
    if (word.is === 'error') {
      ports.log.warn('a modem complains', { medium: name, number: word.number })
    }
  }
  const dialled = {
    async open(signal: AbortSignal): Promise<Duplex> {
      const stream = await openSerial(name, options)
      try {
        await configure(stream, { medium: name, radio, signal, ports })
      } catch (error) {
        stream.destroy()
        throw error
      }
      const leave = (): void => void stream.write(rnodeFarewell)
      signal.addEventListener('abort', leave, { once: true })
      stream.once('close', () => signal.removeEventListener('abort', leave))
      return stream
    },
  }
  return new StreamMedium(
    { name, kind: 'rnode', facts, isPaced, framing: rnode(complain), dialled: [dialled] },
    ports,
  )
}

interface Configuration {
  readonly medium: string
  readonly radio: LoraParameters
  readonly signal: AbortSignal
  readonly ports: MediaPorts
}

/** Resolved when the radio is on and set as wanted. */
async function configure(
  stream: Duplex,
  { medium, radio, signal, ports }: Configuration,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const refuse = (reason: string, cure: string): void => reject(mediumFault(medium, reason, cure))
  const differing = new Set(Object.keys(radio))
  let isDetected = false
  const hear = (word: RnodeWord): void => {
    if (word.is === 'detected' && !isDetected) {
      isDetected = true
      stream.write(rnodeSettings(radio))
    } else if (word.is === 'radio' && word.isOn) {
      if (differing.size === 0) resolve()
      else refuse(`it does not take ${[...differing].join(', ')}`, 'choose what the radio can do')
    } else if (word.is === 'error') {
      refuse(`it reports error ${word.number}`, 'look up the number in its manual')
    } else if (word.is in radio && 'value' in word && sameAs(radio, word)) differing.delete(word.is)
  }
  const reader = rnodeReader(rnodeCellBytes, () => {}, hear)
  const push = (chunk: Uint8Array): void => reader.push(chunk)
  const ended = (): void => refuse('it was unplugged', 'plug it in')
  const timer = ports.clock.after(limits.deviceAnswer.value, () => {
    refuse(isDetected ? 'it takes no settings' : 'it is no RNode', 'see to its firmware')
  })
  stream.on('data', push)
  stream.on('error', reject)
  stream.once('close', ended)
  signal.addEventListener('abort', ended, { once: true })
  stream.write(rnodeDetection)
  try {
    await promise
  } finally {
    timer.cancel()
    stream.off('data', push)
    stream.off('close', ended)
    signal.removeEventListener('abort', ended)
  }
}

/** Modems count in steps of their own: the frequency comes back as near as they have it. */
function sameAs(radio: LoraParameters, word: RnodeWord): boolean {
  if (!('value' in word)) return false
  const difference = Math.abs(radio[word.is] - word.value)
  return word.is === 'frequency' ? difference < 100 : difference === 0
}
