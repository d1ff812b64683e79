interface Emitter {
  listeners(topic: string): readonly ((data: unknown, done?: () => void) => void)[]
  listenerCount(topic: string): number
}

const silence = Promise.resolve()

/**
 * Emits as ethereumjs does, waiting for listeners that take a callback; but without any work while
 * nobody listens, which is always, for every call and every transaction.
 */
export function quietly(events: object): (topic: string, data: unknown) => Promise<void> {
  const emitter = events as Emitter
  return (topic, data) =>
    emitter.listenerCount(topic) === 0 ? silence : emit(emitter, topic, data)
}

async function emit(emitter: Emitter, topic: string, data: unknown): Promise<void> {
  for (const listener of emitter.listeners(topic)) {
    if (listener.length === 2) await new Promise<void>((resolve) => listener(data, resolve))
    else listener(data)
  }
}
