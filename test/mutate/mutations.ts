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

/** A grade in the `problems` of a row, and of the rows that share its condition. */
function* rowGrades(file: string, source: string): Generator<Mutation> {
  const blocks = [...source.matchAll(/problems: \{[^}]*\}/g)].map(({ 0: text, index }) => ({
    text,
    index,
    row: rowOf(source, index),
  }));
  for (const [row, group] of Map.groupBy(blocks, (block) => block.row)) {
    const grades = group.flatMap(({ text }) => [...text.matchAll(/: ([2-5])\b/g)].map(([, grade]) => Number(grade)));
    const grade = grades[row.length % Math.max(1, grades.length)];
    const other = grade && otherGrade(grades, grade);
    if (!grade || !other) continue;
    const after = group.reduceRight((text, block) => {
      const changed = block.text.replace(new RegExp(`: ${grade}\\b`, "g"), `: ${other}`);
      return text.slice(0, block.index) + changed + text.slice(block.index + block.text.length);
    }, source);
    yield { file, kind: "grade", title: `${row}: ${grade} becomes ${other}`, before: source, after };
  }
}

/** What names the condition of the row around a position: its `condition`, else its `thing`. */
function rowOf(source: string, index: number): string {
  const start = source.lastIndexOf("detailType:", index);
  const end = source.indexOf("detailType:", index);
  const row = source.slice(start, end < 0 ? undefined : end);
  return /\bcondition: ("[^"]*"|\w+)/.exec(row)?.[1] ?? /\bthing: ("[^"]*"|`[^`]*`|\w+)/.exec(row)?.[1] ?? "row";
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
