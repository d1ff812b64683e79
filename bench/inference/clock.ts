const turns = 40
const turnMicroseconds = 2000

/**
 * CPU microseconds of one call of each task: the least of turns that the tasks take one after the
 * other, which is what other work of the machine disturbed least.
 */
export async function costs<Name extends string>(
  tasks: Readonly<Record<Name, () => unknown>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(tasks) as Name[]
  const calls = new Map<Name, number>()
  for (const name of names) {
    let count = 1
    while ((await spent(tasks[name], count)) < turnMicroseconds) count *= 2
    calls.set(name, count)
  }
  const least = new Map<Name, number>()
  for (let turn = 0; turn < turns; turn++) {
    for (const name of names) {
      const count = calls.get(name) ?? 1
      const each = (await spent(tasks[name], count)) / count
      least.set(name, Math.min(least.get(name) ?? Infinity, each))
    }
  }
  return Object.fromEntries(least) as Record<Name, number>
}

async function spent(task: () => unknown, count: number): Promise<number> {
  const before = process.cpuUsage()
  for (let call = 0; call < count; call++) {
    const result = task()
    if (result instanceof Promise) await result
  }
  const { user, system } = process.cpuUsage(before)
  return user + system
}
