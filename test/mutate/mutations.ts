import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** A change of one source file that the laws must notice, or must follow. */
export interface Mutation {
  /** Relative to the project. */
  readonly file: string;
  /** What it changes, in words. */
  readonly title: string;
  readonly kind: "grade" | "clear";
  readonly before: string;
  readonly after: string;
}

const grades = [2, 3, 4, 5];

/** A grade of the condition that it does not have yet; undefined where it has all. */
const otherGrade = (declared: readonly number[], grade: number): number | undefined =>
  grades.filter((other) => !declared.includes(other)).sort((a, b) => Math.abs(a - grade) - Math.abs(b - grade))[0];

/** Every mutation of the formatters' sources that can be made by text alone. */
export function mutations(root: string): Mutation[] {
  return globSync("src/formatters/**/*.ts", { cwd: root })
    .map((file) => file.split(path.sep).join("/"))
    .sort()
    .flatMap((file) => {
      const source = readFileSync(path.join(root, file), "utf8");
      return [
        ...conditionGrades(file, source),
        ...rowGrades(file, source),
        ...clears(file, source),
        ...rowEnds(file, source),
      ];
    });
}

/** `const x = condition("name", { grades: { 4: "…" } … })` and each `x.raise(4, …)`. */
function* conditionGrades(file: string, source: string): Generator<Mutation> {
  for (const { 0: declaration, 1: variable = "", 2: name, 3: body = "" } of source.matchAll(
    /const (\w+) = condition\("([^"]+)", \{\s*grades: \{([^}]*)\}/g,
  )) {
    const declared = [...body.matchAll(/(\d):/g)].map(([, grade]) => Number(grade));
    for (const grade of declared) {
      const raise = new RegExp(`\\b${variable}\\.raise\\(${grade},`, "g");
      const other = otherGrade(declared, grade);
      if (other === undefined || !raise.test(source)) continue;
      const changed = declaration.replace(new RegExp(`\\b${grade}:`), `${other}:`);
      const after = source.replace(declaration, changed).replace(raise, `${variable}.raise(${other},`);
      yield { file, kind: "grade", title: `${name}: grade ${grade} becomes ${other}`, before: source, after };
    }
  }
}

/** A state of a row's `problems`. */
function* rowGrades(file: string, source: string): Generator<Mutation> {
  for (const { 0: problems, index } of source.matchAll(/problems: \{[^}]*\}/g)) {
    const states = [...problems.matchAll(/([\w"' -]+): ([2-5])\b/g)];
    const [, state = "", grade = ""] = states[index % Math.max(1, states.length)] ?? [];
    if (!state) continue;
    const other = otherGrade(
      states.map(([, , one]) => Number(one)),
      Number(grade),
    );
    if (other === undefined) continue;
    const changed = problems.replace(`${state}: ${grade}`, `${state}: ${other}`);
    const after = source.slice(0, index) + changed + source.slice(index + problems.length);
    yield { file, kind: "grade", title: `problems: ${state.trim()} ${grade} becomes ${other}`, before: source, after };
  }
}

/** `x.clear(statement)` becomes a note. */
function* clears(file: string, source: string): Generator<Mutation> {
  const conditionFile = `${"../".repeat(file.split("/").length - 2)}condition.ts`;
  for (const { 0: call, 1: variable, index } of source.matchAll(/\b(\w+)\.clear\(/g)) {
    const changed = `mutatedNote(${variable}.name, `;
    const after = `import { note as mutatedNote } from "${conditionFile}";\n${source.slice(0, index)}${changed}${source.slice(index + call.length)}`;
    const line = source.slice(0, index).split("\n").length;
    yield { file, kind: "clear", title: `line ${line}: ${variable}.clear is removed`, before: source, after };
  }
}

/** A row no longer ends. */
function* rowEnds(file: string, source: string): Generator<Mutation> {
  for (const { 0: ends, index } of source.matchAll(/^ *ends: \[[^\]]*\],\n/gm)) {
    const after = source.slice(0, index) + source.slice(index + ends.length);
    const line = source.slice(0, index).split("\n").length;
    yield { file, kind: "clear", title: `line ${line}: ${ends.trim()} is removed`, before: source, after };
  }
}
