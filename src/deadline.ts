/** A promise did not settle in time. */
export class Late extends Error {
  override readonly name = "Late";
}

/**
 * The value of `work`, unless that takes longer than `milliseconds`. The work goes on, unobserved.
 * @throws {Late}
 */
export async function before<Value>(milliseconds: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Late(`not done within ${Math.max(0, milliseconds)} ms`)),
      Math.max(0, milliseconds),
    );
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
