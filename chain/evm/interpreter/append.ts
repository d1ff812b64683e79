/**
 * Collections that a whole transaction shares: a frame that fails takes back what was added since
 * it began. Stock copies them for every call, which makes many calls after many creations quadratic.
 */
export class AppendSet<Item> extends Set<Item> {
  static of<Item>(items: Set<Item> | undefined): AppendSet<Item> {
    return items instanceof AppendSet ? items : new AppendSet(items)
  }

  rewind(size: number): void {
    if (this.size === size) return
    for (const item of [...this].slice(size)) this.delete(item)
  }
}

export class AppendMap<Key, Value> extends Map<Key, Value> {
  static of<Key, Value>(entries: Map<Key, Value> | undefined): AppendMap<Key, Value> {
    return entries instanceof AppendMap ? entries : new AppendMap(entries)
  }

  rewind(size: number): void {
    if (this.size === size) return
    for (const key of [...this.keys()].slice(size)) this.delete(key)
  }
}
