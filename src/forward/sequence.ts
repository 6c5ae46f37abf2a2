/** Runs tasks of one key one after the other, in the order in which they are added; tasks of other keys at once. */
export class Sequence {
  private readonly last = new Map<string, Promise<unknown>>();

  next<Value>(key: string, task: () => Promise<Value>): Promise<Value> {
    const before = this.last.get(key);
    const result = before ? before.then(task, task) : task();
    this.last.set(key, result);
    return result;
  }
}
