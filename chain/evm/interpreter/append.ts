/**
 * Collections that a whole transaction shares: a frame that fails takes back what was added since
 * it began. Stock copies them for every call, which makes many calls after many creations quadratic.
 */
export class AppendSet<Item> extends Set<Item> {
  // Set's constructor adds before fields of this class exist: hence no initialiser.
  declare private order: Item[] | undefined

  static of<Item>(items: Set<Item> | undefined): AppendSet<Item> {
    return items instanceof AppendSet ? items : new AppendSet(items)
  }

  override add(item: Item): this {
    if (!this.has(item)) (this.order ??= []).push(item)
    return super.add(item)
  }

  rewind(size: number): void {
    while (this.size > size && this.order !== undefined) this.delete(this.order.pop() as Item)
  }
}

export class AppendMap<Key, Value> extends Map<Key, Value> {
  declare private order: Key[] | undefined

  static of<Key, Value>(entries: Map<Key, Value> | undefined): AppendMap<Key, Value> {
    return entries instanceof AppendMap ? entries : new AppendMap(entries)
  }

  override set(key: Key, value: Value): this {
    if (!this.has(key)) (this.order ??= []).push(key)
    return super.set(key, value)
  }

  rewind(size: number): void {
    while (this.size > size && this.order !== undefined) this.delete(this.order.pop() as Key)
  }
}
