/** What `make` makes, made when it is first asked for: a schema that a start-up need not pay for. */
export const once = <Value>(make: () => Value): (() => Value) => {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
};
