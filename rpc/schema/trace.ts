import { z } from 'zod'

/** The options of the debug_trace methods, as Ethereum's tools send them. */
import type { TraceConfig } from '#chain'

import { RpcFault } from '../errors.ts'
import { blockOverrides, stateOverrides } from './overrides.ts'
import * as results from './results.ts'

const flag = z.boolean().nullish()
const duration = z
  .string()
  .regex(/^\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h)$/, 'must be a duration such as "5s" or "300ms"')

const mostTracers = 8

const tracerConfig = z.record(z.string().max(64), z.unknown()).nullish()

const fields = {
  tracer: z.string().max(65_536).nullish(),
  tracerConfig,
  disableStack: flag,
  disableStorage: flag,
  enableMemory: flag,
  enableReturnData: flag,
  limit: z.number().int().nonnegative().nullish(),
  timeout: duration.nullish(),
  reexec: z.number().int().nonnegative().nullish(),
}

/** `timeout` and `reexec` change nothing: time is bounded as for any call, and states are at hand. */
export const traceOptions = z
  .object(fields, { error: 'must be an object of trace options' })
  .nullish()

const indexError = 'must be a position in a block: 2 or "0x2"'

export const traceCallOptions = z
  .object(
    {
      ...fields,
      stateOverrides: stateOverrides.nullish(),
      blockOverrides: blockOverrides.nullish(),
      txIndex: z
        .union(
          [
            z.int(indexError).nonnegative(indexError),
            z
              .string()
              .regex(/^0x(?:0|[1-9a-f][0-9a-f]{0,7})$/, indexError)
              .transform(Number),
          ],
          { error: indexError },
        )
        .nullish(),
    },
    { error: 'must be an object of trace options' },
  )
  .nullish()

type Options = z.output<typeof traceOptions>
type Inner = z.output<typeof tracerConfig>

/** Throws `RPC_TRACER_UNKNOWN`, and `RPC_PARAMS_INVALID` for what a tracer does not take. */
export function traceConfig(options: Options): TraceConfig {
  const { tracer, tracerConfig: inner } = options ?? {}
  if (tracer === undefined || tracer === null || tracer === '') return steps(options)
  return named(tracer, inner, 0)
}

function steps(options: Options): TraceConfig {
  return {
    kind: 'steps',
    showsStack: options?.disableStack !== true,
    showsMemory: options?.enableMemory === true,
    showsStorage: options?.disableStorage !== true,
    showsReturnData: options?.enableReturnData === true,
    limit: options?.limit ?? 0,
  }
}

const callOptions = z.object({ onlyTopCall: flag, withLog: flag })
const prestateOptions = z.object({
  diffMode: flag,
  disableCode: flag,
  disableStorage: flag,
  includeEmpty: flag,
})

function named(tracer: string, inner: Inner, depth: number): TraceConfig {
  switch (tracer) {
    case 'callTracer': {
      const { onlyTopCall, withLog } = parsed(callOptions, inner)
      return { kind: 'calls', isTopOnly: onlyTopCall === true, showsLogs: withLog === true }
    }
    case 'prestateTracer': {
      const given = parsed(prestateOptions, inner)
      return {
        kind: 'prestate',
        isDiff: given.diffMode === true,
        showsCode: given.disableCode !== true,
        showsStorage: given.disableStorage !== true,
        showsEmpty: given.includeEmpty === true,
      }
    }
    case '4byteTracer':
      return { kind: 'selectors' }
    case 'noopTracer':
      return { kind: 'nothing' }
    case 'muxTracer':
      return { kind: 'several', traces: several(inner, depth) }
    default:
      throw unknown(tracer)
  }
}

/** One level: tracers of tracers of tracers would be a tree that the caller grows. */
function several(inner: Inner, depth: number): (readonly [string, TraceConfig])[] {
  const entries = Object.entries(inner ?? {})
  if (depth > 0 || entries.length === 0 || entries.length > mostTracers) {
    throw invalid(`muxTracer takes an object of 1 to ${mostTracers} other tracers`)
  }
  return entries.map(([name, config]) => [
    name,
    named(name, parsed(tracerConfig, config), depth + 1),
  ])
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalid(`${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is invalid'}`)
}

function invalid(reason: string): RpcFault {
  return new RpcFault({ code: 'RPC_PARAMS_INVALID' }, `invalid tracerConfig: ${reason}`)
}

function unknown(tracer: string): RpcFault {
  const name = /^[\w-]{1,64}$/.test(tracer) ? tracer : 'JavaScript'
  return new RpcFault(
    { code: 'RPC_TRACER_UNKNOWN', tracer: name },
    `there is no tracer ${name} here: use callTracer, prestateTracer, 4byteTracer, noopTracer, muxTracer, or none for the operations`,
  )
}

const count = z.number().int().nonnegative()

/** @see execution-apis "OpcodeTransactionTrace" */
const operations = z.strictObject({
  gas: count,
  failed: z.boolean(),
  returnValue: results.data,
  structLogs: z.array(
    z.strictObject({
      pc: count,
      op: z.string(),
      gas: count,
      gasCost: count,
      depth: count,
      refund: count.optional(),
      error: z.string().optional(),
      stack: z.array(results.quantity).optional(),
      memory: z.array(results.hash).optional(),
      returnData: results.data.optional(),
      storage: z.record(results.hash, results.hash).optional(),
    }),
  ),
})

/** Of the operations, or what the named tracer gives. */
export const trace = z.union([operations, z.looseObject({})])
export const blockTrace = z.array(z.strictObject({ txHash: results.hash, result: trace }))
