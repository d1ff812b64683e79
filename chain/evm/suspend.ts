/**
 * Thrown by an operation whose state is not in memory yet, before it changed anything: await `load`,
 * then run the same operation again.
 */
export class Suspend {
  readonly load: Promise<unknown>

  constructor(load: Promise<unknown>) {
    this.load = load
  }
}
