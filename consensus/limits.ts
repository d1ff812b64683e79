import type { Limits } from '#base'

/** What all validators of a network have in common. Changing one of these is changing the protocol. */
export const limits = {
  gcDepth: {
    value: 60,
    unit: 'rounds',
    why: 'What is not committed this far below a committed leader never will be; older blocks leave memory.',
  },
  committee: {
    value: 128,
    unit: 'validators',
    why: 'Every round costs each validator one verification per member.',
  },
  bodyBytes: {
    value: 524_288,
    unit: 'bytes of SSZ',
    why: 'One author adds at most this to a round: 2.6 MB/s at five rounds a second.',
  },
  bodyTransactions: {
    value: 4_096,
    unit: 'transactions',
    why: 'Each is hashed when the block arrives: 12 ms at most.',
  },
  transactionBytes: {
    value: 131_072,
    unit: 'bytes',
    why: 'The longest encoding of a transaction of type 0x50.',
  },
  attestations: {
    value: 8,
    unit: 'per header',
    why: 'Heights executed since the previous own header; a hash implies its ancestors.',
  },
  commitVotes: {
    value: 8,
    unit: 'per header',
    why: 'As for attestations; a commit names its predecessor.',
  },
  commitBlocks: {
    value: 65_536,
    unit: 'blocks per commit',
    why: 'Eight times what a full committee makes in the rounds between two garbage rounds.',
  },
  scheduleWindow: {
    value: 300,
    unit: 'commits',
    why: 'About a minute: long enough to tell silent from slow.',
  },
  slotBlocks: {
    value: 4,
    unit: 'blocks per author and round',
    why: 'A second one is taken only where a block waits for it, and as many as this or as the committee has members, whichever is more.',
  },
  suspendedRounds: {
    value: 160,
    unit: 'blocks per author',
    why: 'Twice the rounds between the garbage round and the farthest tip that is reached without commit sync.',
  },
  suspendedShare: {
    value: 4,
    unit: 'times the blocks and bytes per author',
    why: 'Room for blocks that others wait for: what unblocks is not kept out by what is blocked.',
  },
  suspendedBytes: {
    value: 8_388_608,
    unit: 'bytes per author',
    why: 'Sixteen of the largest blocks; only an author itself can sign what fills it, four times that where its blocks are waited for.',
  },
  wantedBlocks: {
    value: 640,
    unit: 'missing ancestors of the blocks of one author',
    why: 'A block can name ancestors that do not exist: they are asked for in vain until it is garbage.',
  },
  wantedRounds: {
    value: 4,
    unit: 'rounds of missing ancestors of the blocks of one author',
    why: 'As `wantedBlocks`, whichever is more: in a large committee one block misses as many as it has members.',
  },
  unverifiedBlocks: {
    value: 128,
    unit: 'blocks per peer',
    why: 'Four answers to fetches wait for their signatures; what exceeds it is asked for again.',
  },
  unverifiedBytes: {
    value: 16_777_216,
    unit: 'bytes per peer',
    why: 'The largest answer to a fetch of 32 blocks.',
  },
  rememberedFailures: {
    value: 4_096,
    unit: 'signatures',
    why: 'A forged copy is verified once, not each time that it is sent.',
  },
  earlyBlocks: {
    value: 4,
    unit: 'blocks per peer',
    why: 'Blocks from ahead of the own clock wait for it, unverified; a peer has few of its own.',
  },
  fetchRefs: {
    value: 32,
    unit: 'blocks per request',
    why: 'An answer stays within 16 MiB.',
  },
  commitRange: {
    value: 100,
    unit: 'commits per request',
    why: 'An answer carries their blocks and is split at 8 MiB.',
  },
  votesPerAuthor: {
    value: 64,
    unit: 'commit votes',
    why: 'Votes above the own commit are counted; one author holds as many as eight headers carry.',
  },
  attestedHeights: {
    value: 64,
    unit: 'heights per author',
    why: 'Attestations above the own head wait for execution; a conflict is found within this window.',
  },
  ownResults: {
    value: 8_192,
    unit: 'heights',
    why: 'Own results that are kept for attestations of others: the newest, where others go on including.',
  },
  executedHashes: {
    value: 4_096,
    unit: 'heights',
    why: 'Own results above the final height; beyond it transactions are no longer included.',
  },
  voteWindow: {
    value: 1_000,
    unit: 'commits ahead of the own last one',
    why: 'Votes are kept for those who sync; farther ahead they may be made up.',
  },
  pruneBatch: {
    value: 256,
    unit: 'records per write',
    why: 'Deleting never holds up the next own block for long.',
  },
  retention: {
    value: 172_800_000,
    unit: 'milliseconds of committed time',
    why: 'Two epochs: whoever was away longer needs a copy of a folder that was not.',
  },
  followers: {
    value: 32,
    unit: 'peers outside the committee that are pushed to',
    why: 'Each costs as much upload as a member.',
  },
  followersPerOrigin: {
    value: 8,
    unit: 'peers outside the committee from one /24 or /48 that are pushed to',
    why: 'Whoever has many addresses side by side takes a quarter of the places.',
  },
  followerTurn: {
    value: 60_000,
    unit: 'milliseconds',
    why: 'After it a peer outside the committee leaves its place to one that waits: nobody holds them all.',
  },
  followerBacklog: {
    value: 8,
    unit: 'rounds',
    why: 'What a peer outside the committee missed before these it asks for, at the cost of its own budget.',
  },
  feedRate: {
    value: 3_145_728,
    unit: 'bytes of own blocks per second to one peer',
    why: 'Above the five full blocks that it makes, below the 4 MiB that the other side lets pass.',
  },
  feedBurst: {
    value: 8_388_608,
    unit: 'bytes of own blocks at once to one peer',
    why: 'Half of what the other side lets pass at once: no honest node is charged for catching up.',
  },
  syncBytes: {
    value: 33_554_432,
    unit: 'bytes of blocks for one range of commits',
    why: 'What a node that catches up holds in memory at once; a single commit may be larger.',
  },
  syncBytesMost: {
    value: 134_217_728,
    unit: 'bytes of blocks for one range of commits',
    why: 'An asker gives up on an answer beyond it: twice a round of a full committee.',
  },
  syncItems: {
    value: 65_536,
    unit: 'items of one answer about commits',
    why: 'Nobody has more of one already: each block among syncBytesMost is longer than 3,500 bytes.',
  },
  commitsCost: {
    value: 524_288,
    unit: 'bytes that a question about commits counts for',
    why: 'Finding the votes takes milliseconds, whatever is answered.',
  },
  rememberedRanges: {
    value: 8,
    unit: 'ranges of commits',
    why: 'The parts of an answer that was cut are found once.',
  },
  repairs: {
    value: 4,
    unit: 'blocks',
    why: 'Taken over with a garbage signature, and asked of others at once.',
  },
  part: {
    value: 524_288,
    unit: 'bytes of one item of an answer',
    why: 'A commit of many blocks is longer than a frame and travels in parts.',
  },
  fetches: {
    value: 32,
    unit: 'requests under way',
    why: 'Beyond it each peer has one all the same: those that never answer hold up themselves alone.',
  },
  fetchesPerPeer: {
    value: 4,
    unit: 'requests under way to one peer',
    why: 'As many as it answers at once beside those of others.',
  },
  fetchQueue: {
    value: 16,
    unit: 'requests that wait for one peer',
    why: 'What is not asked for now is asked for some seconds later.',
  },
  journalBatches: {
    value: 64,
    unit: 'batches that wait for the disk',
    why: 'Beyond it no further block is taken from a peer before they are written.',
  },
  commitsInMemory: {
    value: 64,
    unit: 'commits that wait for execution',
    why: 'Three times what may be behind before own blocks are empty; the rest is read from disk.',
  },
  verifications: {
    value: 64,
    unit: 'signatures handed to the verifier at once',
    why: 'Its queue is shared with the pool and must not overflow.',
  },
  questionDelay: {
    value: 250,
    unit: 'milliseconds between two start-up questions of a peer',
    why: 'An answer costs a signature.',
  },
  provenRounds: {
    value: 64,
    unit: 'rounds',
    why: 'After its commit in which attestations of a block are looked for: each is read from disk.',
  },
  checkpointInterval: {
    value: 1_024,
    unit: 'heights',
    why: 'One signature more for every member in about four minutes.',
  },
  checkpointsKept: {
    value: 1_024,
    unit: 'certificates of checkpoints',
    why: 'Three days and more; a newer one proves all blocks that an older one does.',
  },
  checkpointsSparse: {
    value: 64,
    unit: 'checkpoints',
    why: 'Of those before, one in so many stays: 67 kB a day with four members, 1.5 MB with a hundred.',
  },
  checkpointsPending: {
    value: 4,
    unit: 'checkpoints per author',
    why: 'Signatures that arrive before this node has come so far wait.',
  },
} as const satisfies Limits
