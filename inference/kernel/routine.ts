import { type Code, op, type Routine } from './assembler.ts'

/** The locals of one routine, by name. */
export interface Locals {
  readonly get: (name: string) => Code
  readonly set: (name: string, value: Code) => Code
  readonly increase: (name: string, by: Code) => Code
  /** Does `body`, as often as `name` says: once at least. */
  readonly times: (name: string, ...body: readonly Code[]) => Code
}

/** A routine whose locals have names: parameters, further integers, vectors. */
export function routine(
  name: string,
  parameters: readonly string[],
  integers: readonly string[],
  vectors: readonly string[],
  body: (locals: Locals) => Code,
): Routine {
  const names = [...parameters, ...integers, ...vectors]
  const place = (local: string): number => names.indexOf(local)
  const locals: Locals = {
    get: (local) => op.get(place(local)),
    set: (local, value) => [value, op.set(place(local))],
    increase: (local, by) => [op.get(place(local)), by, op.i32.add, op.set(place(local))],
    times: (local, ...inner) => {
      const count = place(local)
      return [
        [op.loop, inner],
        [op.get(count), op.i32.const(1), op.i32.sub, op.tee(count), op.brIf(0), op.end],
      ]
    },
  }
  return {
    name,
    parameters: parameters.length,
    locals: { i32: integers.length, v128: vectors.length },
    body: body(locals),
  }
}
