import type { Limits } from '#base'

export const limits = {
  queuedBytes: {
    value: 262_144,
    unit: 'bytes',
    why: 'that wait for one neighbour who takes none, or for one socket',
  },
  streams: { value: 64, unit: 'connections', why: 'of others to one medium that listens' },
  streamsOfAddress: {
    value: 8,
    unit: 'connections',
    why: 'of these, from one address: the others have theirs',
  },
  retryFirst: {
    value: 100,
    unit: 'milliseconds',
    why: 'until a neighbour is tried again, at least; doubled each time',
  },
  retryMost: {
    value: 60_000,
    unit: 'milliseconds',
    why: 'until a neighbour is tried again, at most, whatever the latency',
  },
  neighbours: {
    value: 256,
    unit: 'neighbours',
    why: 'that a medium of datagrams remembers beside those it was told of',
  },
  neighboursOfAddress: {
    value: 8,
    unit: 'neighbours',
    why: 'of these, at one address: the others have theirs',
  },
  neighbourSilence: {
    value: 600_000,
    unit: 'milliseconds',
    why: 'after which one who was heard once makes room for another',
  },
  beaconEvery: {
    value: 1_600,
    unit: 'milliseconds',
    why: 'between the first beacons on a local network',
  },
  beaconsAtFirst: {
    value: 10,
    unit: 'beacons',
    why: 'as often as that; later there is one where there were ten',
  },
  beaconSilence: {
    value: 64_000,
    unit: 'milliseconds',
    why: 'after which one whose beacons stay away is gone: four of them',
  },
  commandWords: {
    value: 500,
    unit: 'characters',
    why: 'of what a command says on standard error, in the log',
  },
  deviceAnswer: {
    value: 5_000,
    unit: 'milliseconds',
    why: 'within which a modem answers to its settings',
  },
  dropFileBytes: {
    value: 1_048_576,
    unit: 'bytes',
    why: 'of one file of cells, held in memory whole',
  },
  dropFiles: {
    value: 4_096,
    unit: 'files',
    why: 'of a directory that are looked at and remembered',
  },
  dropBytes: {
    value: 268_435_456,
    unit: 'bytes',
    why: 'of all files of cells in a directory: the oldest make room',
  },
  dropAge: {
    value: 604_800_000,
    unit: 'milliseconds',
    why: 'after which a file is removed that this node has seen all the time',
  },
  dropPoll: {
    value: 2_000,
    unit: 'milliseconds',
    why: 'between looks at a directory: not every file system tells of changes',
  },
} as const satisfies Limits
