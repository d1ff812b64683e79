import type { Command } from 'commander'

import { addSubcommands } from './subcommands.ts'

export function configure(command: Command): void {
  addSubcommands(command, [
    [
      'build',
      'Hold an ONNX model against pars-int-1, and write what is registered.',
      () => import('./model/build.ts'),
    ],
    [
      'quantize',
      'Make a pars-int-1 model of a float ONNX model and samples of its input.',
      () => import('./model/quantize.ts'),
    ],
    ['register', 'Bring a model onto the chain.', () => import('./model/register.ts')],
    [
      'run',
      'Run a model here, and compare with the chain or with onnxruntime.',
      () => import('./model/run.ts'),
    ],
    ['list', 'List the models that are registered.', () => import('./model/list.ts')],
    ['show', 'Show a registered model.', () => import('./model/show.ts')],
    ['claim', 'Run a model, and claim its answer with a bond.', () => import('./model/claim.ts')],
    [
      'challenge',
      'Repeat what is claimed, and dispute it to the end where it is wrong.',
      () => import('./model/challenge.ts'),
    ],
    [
      'settle',
      'End a claim whose window is over: its bond goes back.',
      () => import('./model/settle.ts'),
    ],
    ['claims', 'List the claims about answers of models.', () => import('./model/claims.ts')],
    [
      'watch',
      'Repeat all claims about models at hand, and challenge those that are wrong.',
      () => import('./model/watch.ts'),
    ],
  ])
}
