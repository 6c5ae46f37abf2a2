/** The value of `make`, made by the first call: start-up does not pay for it. */
export const lazy = <Value>(make: () => Value): (() => Value) => {
  let value: Value | undefined;
  return () => {
    value ??= make();
    return value;
  };
};
