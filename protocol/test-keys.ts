import { fixed } from '#base'

/**
 * The seeds of the ten published test keys, for every algorithm: the numbers 1 to 10, big-endian in 32
 * bytes. Everybody can spend what they hold, so a network takes them only if its genesis says `dev`.
 */
export const testSeeds: readonly Uint8Array[] = Array.from({ length: 10 }, (_, index) =>
  fixed(index + 1, 32),
)
