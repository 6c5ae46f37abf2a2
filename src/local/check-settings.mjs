// Runs after every `npm ci` and `npm install`, and so in `sam build`: an invalid settings.json is never bundled.
import { readFileSync } from "node:fs";
import path from "node:path";

if (!process.features.typescript) {
  console.error(`settings.json was not checked: this requires Node.js 22.19 or newer, not ${process.version}.`);
  process.exit();
}

const { readSettings, SettingsError } = await import("../settings.ts");
try {
  readSettings(JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../settings.json"), "utf8")));
} catch (error) {
  if (error instanceof SyntaxError) console.error(`settings.json is not JSON: ${error.message}.`);
  else if (error instanceof SettingsError) console.error(error.message);
  else throw error;
  process.exitCode = 1;
}
