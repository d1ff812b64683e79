import type { Limits } from '#base'

export const limits = {
  chunkBytes: {
    value: 24_575,
    unit: 'bytes',
    why: 'A chunk is the code of an account behind one zero byte, and EIP-170 bounds code.',
  },
  chunks: {
    value: 8,
    unit: 'chunks of one PIP',
    why: 'The registry reads all of them in one call to check their hash.',
  },
  titleBytes: {
    value: 128,
    unit: 'bytes of UTF-8',
    why: 'The registry stores it, and lists show it on one line.',
  },
  authorBytes: {
    value: 256,
    unit: 'bytes of UTF-8',
    why: 'Lists show it.',
  },
  requires: {
    value: 32,
    unit: 'PIPs that one names',
    why: 'A reader is told of each.',
  },
  actions: {
    value: 15,
    unit: 'actions of one PIP',
    why: 'They run in one transaction with the note that they ran.',
  },
  argumentDepth: {
    value: 8,
    unit: 'arrays within arrays',
    why: 'Arguments and the types of a signature are read by recursion.',
  },
  argumentWords: {
    value: 4_096,
    unit: 'elements of a fixed-size array',
    why: 'A type of a few characters would otherwise demand any number of values.',
  },
  pipPage: {
    value: 50,
    unit: 'PIPs of one page',
    why: 'Each is read by two calls.',
  },
  callsAtOnce: {
    value: 8,
    unit: 'entries of a list that are read at once',
    why: 'Those who answer calls have others to answer too.',
  },
  activatedPlugins: {
    value: 256,
    unit: 'activated plugins that a node lists',
    why: 'They are never taken off the chain, and each is read by a call.',
  },
  pastUpgrades: {
    value: 32,
    unit: 'upgrades that no longer wait, of a list',
    why: 'They are never taken off the chain, and each is read by a call.',
  },
  findings: {
    value: 100,
    unit: 'findings of one text',
    why: 'A text of nothing but mistakes gets a list that can be read.',
  },
} as const satisfies Limits
