import type { MediumFacts, MediumMode } from '../medium.ts'

/**
 * Whether announces heard over a medium of one mode are passed on over one of another: who is at an
 * access point asks for what they need, and who roams is not what those on fixed lines shall count on.
 */
export function mayRelay(from: MediumMode, to: MediumMode): boolean {
  if (to === 'access-point') return false
  if (to === 'roaming') return from !== 'roaming' && from !== 'boundary'
  return to !== 'boundary' || from !== 'roaming'
}

/** Milliseconds that `bytes` take there. */
export function airtime({ bitsPerSecond }: MediumFacts, bytes: number): number {
  return (bytes * 8000) / bitsPerSecond
}

/** Milliseconds until a share of a medium has carried `bytes`, within what the law allows. */
export function pause(facts: MediumFacts, bytes: number, share: number): number {
  return airtime(facts, bytes) / (share * (facts.dutyCycle ?? 1))
}
