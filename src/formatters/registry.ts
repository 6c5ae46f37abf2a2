import { type Registry, registryOf } from "../route.ts";
import { ec2 } from "./ec2.ts";

/** Every formatter, one array a file of this folder. */
export const formatters = [ec2].flat();

export const registry: Registry = registryOf(formatters);
