import { build } from "../src/local/build.ts";

/** The tests that run the built handler need it as the sources are now. */
export const setup = build;
