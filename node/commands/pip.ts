import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    ['new', 'Write the draft of a PIP.', () => import('./pip/new.ts')],
    ['lint', 'Hold PIPs against the rules of their form.', () => import('./pip/lint.ts')],
    ['submit', 'Bring a PIP and its actions onto the chain.', () => import('./pip/submit.ts')],
    [
      'revise',
      'Replace the text and the actions of a PIP before the vote.',
      () => import('./pip/revise.ts'),
    ],
    ['list', 'List the PIPs of a network.', () => import('./pip/list.ts')],
    ['show', 'Show a PIP, its vote, and what may be done next.', () => import('./pip/show.ts')],
    [
      'review',
      'Hold what a PIP does against what its text says; as its author, open the review.',
      () => import('./pip/review.ts'),
    ],
    ['simulate', 'Show what a PIP would do, without doing it.', () => import('./pip/simulate.ts')],
    ['open', 'Open the vote on a PIP that was reviewed.', () => import('./pip/open.ts')],
    ['vote', 'Vote, or sign a ballot that anybody may bring.', () => import('./pip/vote.ts')],
    ['relay', 'Bring a ballot that somebody else signed.', () => import('./pip/relay.ts')],
    ['queue', 'Have the delay of a PIP that was carried begin.', () => import('./pip/queue.ts')],
    ['execute', 'Do what was decided, once its delay is over.', () => import('./pip/execute.ts')],
    ['withdraw', 'Give a PIP up before the vote.', () => import('./pip/withdraw.ts')],
    [
      'watch',
      'Tell what becomes of PIPs, and when something may be done.',
      () => import('./pip/watch.ts'),
    ],
  ])
}
