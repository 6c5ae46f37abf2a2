import { build } from "../src/local/build.ts";

/** Some tests run the built handler: build it from the current sources. */
export const setup = build;
