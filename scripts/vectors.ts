/**
 * Writes the vectors.json of every plugin: `node scripts/vectors.ts`. Wycheproof's files are read from
 * PARS_VECTORS, by default ../shared/vectors.
 */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import type { Vectors } from '#precompiles'

import { accountsVectors } from './vectors/accounts.ts'
import { inferVectors } from './vectors/infer.ts'
import { inferenceClaimsVectors } from './vectors/inference-claims.ts'
import { parameterSetVectors, verifyVectors } from './vectors/ml-dsa.ts'
import { mlkemVectors } from './vectors/ml-kem.ts'
import { modelsVectors } from './vectors/models.ts'
import { noncesVectors } from './vectors/nonces.ts'
import { sha3Vectors } from './vectors/sha3.ts'
import { slhdsaVectors } from './vectors/slh-dsa.ts'
import { verifyInferenceVectors } from './vectors/verify-inference.ts'

const root = path.join(import.meta.dirname, '..')

/** Where Wycheproof and other outside vectors are. */
export const vectorsFolder = path.resolve(root, process.env['PARS_VECTORS'] ?? '../shared/vectors')

/** Every plugin's vectors, by the plugin's name. */
export function allVectors(): Readonly<Record<string, Vectors>> {
  return {
    accounts: accountsVectors(),
    infer: inferVectors(),
    'inference-claims': inferenceClaimsVectors(),
    'mldsa-44': parameterSetVectors(vectorsFolder, 0x44),
    'mldsa-65': parameterSetVectors(vectorsFolder, 0x65),
    'mldsa-87': parameterSetVectors(vectorsFolder, 0x87),
    'mldsa-verify': verifyVectors(vectorsFolder),
    mlkem: mlkemVectors(vectorsFolder),
    models: modelsVectors(),
    nonces: noncesVectors(),
    sha3: sha3Vectors(),
    'slhdsa-verify': slhdsaVectors(),
    'verify-inference': verifyInferenceVectors(),
  }
}

if (import.meta.main) {
  for (const [name, vectors] of Object.entries(allVectors())) {
    const file = path.join(root, 'precompiles', name, 'vectors.json')
    writeFileSync(file, `${JSON.stringify(vectors, null, 2)}\n`)
  }
}
