// The page for a browser, in a browser: Chromium, headless.
//
//     node tests/html.mjs PROGRAM PAGES
//
// PROGRAM is the nearcopy to make pages with, PAGES the folder where
// `cargo test --test it formats` left its pages. Installs what drives the
// browser below the target folder, from the npm registry; the browser itself has to be there (package chromium).

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [program, pages] = process.argv.slice(2).map((p) => path.resolve(p));
const target = path.resolve(process.env.CARGO_TARGET_DIR || fileURLToPath(new URL("../target", import.meta.url)));

function tools() {
  const folder = path.join(target, "html-npm");
  const wanted = { private: true, dependencies: { "axe-core": "4.14.1", "playwright-core": "1.64.1" } };
  const text = JSON.stringify(wanted);
  const at = path.join(folder, "package.json");
  if (!fs.existsSync(path.join(folder, "done")) || fs.readFileSync(at, "utf8") !== text) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(at, text);
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent"], { cwd: folder, stdio: "inherit" });
    fs.writeFileSync(path.join(folder, "done"), "");
  }
  return createRequire(at);
}
const require = tools();
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const work = fs.mkdtempSync(path.join(os.tmpdir(), "nearcopy-html-"));
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((p) => fs.existsSync(p));
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const browser = await chromium.launch({ executablePath, args: flags });

// A page that may load nothing but itself, say nothing on the console, and ask nothing of the reader.
async function opened(file, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const own = "file://" + file;
  context.on("request", (request) => request.url().split("#")[0] === own || wrong.push("request " + request.url()));
  page.on("dialog", (dialog) => { wrong.push("dialog " + dialog.message()); dialog.dismiss(); });
  page.on("console", (message) => wrong.push("console " + message.text()));
  page.on("pageerror", (error) => wrong.push("error " + error.stack));
  await page.goto(own + hash);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
  return { page, wrong, done: async () => { assert.deepEqual(wrong, []); await context.close(); } };
}

async function turn(page, hash) {
  await page.evaluate((to) => { location.hash = to; }, hash);
  await page.waitForFunction(() => !document.getElementById("detail").hidden);
}

// What the page shows of both texts: the texts, and of every passage the ranges in characters and bytes, of its equal runs too.
function highlighted() {
  const bytes = new TextEncoder();
  return [...document.querySelectorAll(".sides .text")].map((box) => {
    const shown = { text: "", chars: {}, runs: {} };
    let chars = 0, at = 0;
    const add = (list, from, to) => {
      const last = list[list.length - 1];
      if (last && last[1] === from) last[1] = to; else list.push([from, to]);
    };
    const walk = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node.parentElement.closest(".gap")) continue;
      const [toChars, to] = [chars + [...node.data].length, at + bytes.encode(node.data).length];
      const mark = node.parentElement.closest("mark");
      for (const number of mark ? mark.dataset.m.split(" ") : []) {
        add(shown.chars[number] ||= [], chars, toChars);
        if (!mark.classList.contains("other")) add(shown.runs[number] ||= [], at, to);
      }
      shown.text += node.data;
      [chars, at] = [toChars, to];
    }
    return shown;
  });
}

// Blocks that touch are one stretch of the same colour.
function joined(blocks) {
  const out = [];
  for (const [from, to] of blocks) {
    if (out.length && out[out.length - 1][1] === from) out[out.length - 1][1] = to; else out.push([from, to]);
  }
  return out;
}

// Every pair of the report as data, held against what the page shows of it.
async function exact(name, file, data, texts) {
  const report = JSON.parse(fs.readFileSync(data, "utf8"));
  const { page, done } = await opened(file);
  const lists = JSON.parse(await page.locator("#lists").textContent());
  let spans = 0;
  for (const [number, [[a, b]]] of lists.pairs.entries()) {
    const ids = [lists.documents[a][0], lists.documents[b][0]];
    const pair = report.pairs.find((p) => p.a === ids[0] && p.b === ids[1]);
    assert.ok(pair, `${name}: ${ids} is in the report`);
    await turn(page, `#pair-${number + 1}`);
    await page.waitForFunction((id) => document.querySelector("#detail h2 bdi")?.textContent === id, ids[0]);
    const sides = await page.evaluate(highlighted);
    for (const [i, side] of ["a", "b"].entries()) {
      if (texts) assert.equal(sides[i].text, texts(ids[i]), `${name}: the text of ${ids[i]}`);
      pair.matches.forEach((match, n) => {
        assert.deepEqual(sides[i].chars[n], [match[side].chars], `${name}: passage ${n + 1} of ${ids} in ${side}`);
        spans++;
      });
      const apart = pair.matches.every((m, n) => n === 0 || pair.matches[n - 1][side].bytes[1] <= m[side].bytes[0]);
      if (apart) pair.matches.forEach((match, n) => {
        const runs = match.blocks.map((block) => block.slice(2 * i, 2 * i + 2)).sort((x, y) => x[0] - y[0]);
        assert.deepEqual(sides[i].runs[n] || [], joined(runs.filter(([from, to]) => from < to)), `${name}: equal runs of ${ids} in ${side}`);
      });
    }
  }
  await done();
  assert.ok(spans > 0, `${name} has spans`);
  return spans;
}

// Texts with everything that is counted differently in bytes, characters and JavaScript, and every kind of line break.
function scripts() {
  const folder = path.join(work, "scripts");
  fs.mkdirSync(folder);
  const words = (seed, n, letters) => Array.from({ length: n }, (_, i) => letters[(i * seed + (i >> 2)) % letters.length] + letters[(i * 7 + seed) % letters.length]).join(" ");
  const stories = {
    emoji: "🦀 The crab fishers 👩‍🍳 of the northern coast said on Monday that their catch ☕️ had doubled since the new harbour rules 🇳🇴 came into force in April 🎉🎉 and prices fell.",
    arabic: "وصلت العاصفة إيدا إلى الساحل في وقت متأخر من يوم الاثنين وبلغت سرعة الرياح 141 كيلومترا في الساعة، حسبما ذكرت الأرصاد الجوية في بيان أصدرته مساء اليوم ذاته وقالت إن السكان غادروا.",
    marks: "Le cafe\u0301 de la gare a ferme\u0301 ses portes apre\u0300s quarante anne\u0301es de service, a annonce\u0301 son proprie\u0301taire lundi soir devant une centaine d'habitue\u0301s re\u0301unis.",
    tabs: "Team\tPlayed\tWon\r\nHarbour United\t12\t9 wins in the northern league this season\r\nValley Rovers\t12\t7 wins and two draws against the visitors\r\n\r\nThe final round\twill be played on Sunday.\rA lone return ends this line of the table.",
    chinese: "周一晚间，风暴“埃达”登陆海岸，阵风时速达141公里。𠮷野家表示，约四万一千户家庭停电，前往各岛的渡轮停航至周三，学校也将关闭两天。",
  };
  for (const [name, story] of Object.entries(stories)) {
    fs.writeFileSync(path.join(folder, `${name}-1.txt`), `🦀 ${name}\r\n\r\n${story}\r\n`);
    fs.writeFileSync(path.join(folder, `${name}-2.txt`), `${name}: é\u2028𝄞\tag\r\r${story.replace("Monday", "Tuesday").replace("141", "145")}\n\nSource 🦀🦀.\n`);
  }
  // A long pair whose passages stand in another order, and one that stands twice.
  const parts = [3, 5, 11].map((seed) => words(seed, 90, ["ka", "lo", "mi", "ru", "te", "so", "na", "vi", "pe", "du", "ga", "fo", "ze"]) + ` ${seed}.`);
  const filler = (word) => Array.from({ length: 400 }, (_, i) => word + i).join(" ");
  fs.writeFileSync(path.join(folder, "long-1.txt"), [filler("x"), parts[0], filler("y"), parts[1], filler("z"), parts[2]].join("\n\n"));
  fs.writeFileSync(path.join(folder, "long-2.txt"), [parts[2], filler("p"), parts[0], parts[1], filler("q"), parts[0]].join("\r\n\r\n"));
  return folder;
}

async function spansAreExact() {
  const folder = scripts();
  const [file, data] = [path.join(work, "scripts.html"), path.join(work, "scripts.json")];
  execFileSync(program, ["scan", "scripts", "-q", "--min-telling", "0", "-o", `html=${file}`, "-o", `json=${data}`], { cwd: work, stdio: "ignore" });
  const text = (id) => fs.readFileSync(path.join(path.dirname(folder), id), "utf8");
  let spans = await exact("scripts", file, data, text);
  assert.ok(JSON.parse(fs.readFileSync(data)).pairs.length >= 6, "every script has its pair");
  // The same from the report as data, read again.
  const again = path.join(work, "again.html");
  execFileSync(program, ["report", data, "-o", again], { cwd: work });
  assert.equal(fs.readFileSync(again, "utf8"), fs.readFileSync(file, "utf8"), "report makes the page that scan makes");
  for (const name of ["storm", "scripts", "evidence"]) spans += await exact(name, path.join(pages, `${name}.html`), path.join(pages, `${name}.json`));
  console.log(`highlights equal to the report: ${spans} spans`);
  return file;
}

// A text too long to be shown: what is shown of it is what stands at those places, and the page says what it leaves out.
async function longTextsAreCut() {
  const shared = "Storm Edda 🌊 reached the coast late on Monday with gusts of 141 kilometres an hour, the weather service said, and 41,000 homes lost power.";
  const filler = (word, n) => Array.from({ length: n }, (_, i) => `${word}${i} 🦀`).join("\r\n");
  const texts = [["x", 30000, 26000], ["y", 9000, 41000]].map(([word, before, after]) => `${filler(word, before)}\r\n\r\n${shared}\r\n\r\n${filler(word + "z", after)}`);
  const folder = path.join(work, "cut");
  fs.mkdirSync(folder);
  texts.forEach((text, n) => fs.writeFileSync(path.join(folder, `${n}.txt`), text));
  const file = path.join(work, "cut.html");
  execFileSync(program, ["scan", folder, "-q", "--min-telling", "0", "-o", `html=${file}`], { stdio: "ignore" });
  const { page, done } = await opened(file, {}, "#pair-1");
  const sides = await page.evaluate(() => [...document.querySelectorAll(".sides .text")].map((box) => ({
    pieces: [...box.querySelectorAll(".piece")].map((piece) => [Number(piece.dataset.from), piece.textContent]),
    passage: [...box.querySelectorAll("mark")].map((mark) => mark.textContent).join(""),
    gaps: [...box.querySelectorAll(".gap")].map((gap) => Number(gap.dataset.gap)),
  })));
  sides.forEach(({ pieces, passage, gaps }, n) => {
    assert.ok(shared.startsWith(passage) && passage.length > 100, passage);
    assert.ok(pieces.some(([, piece]) => piece.includes(passage)));
    for (const [from, piece] of pieces) assert.equal(texts[n].slice(from, from + piece.length), piece);
    const shown = pieces.reduce((sum, [, piece]) => sum + piece.length, 0);
    assert.ok(gaps.length >= 1 && shown < texts[n].length);
    assert.equal(shown + gaps.reduce((sum, gap) => sum + gap, 0), texts[n].length);
  });
  await done();
  console.log("long texts are cut around their passages");
}

async function nothingHostileActs() {
  const file = path.join(pages, "hostile.html");
  const { page, done } = await opened(file);
  const count = JSON.parse(await page.locator("#lists").textContent()).pairs.length;
  const before = await page.evaluate(() => document.scripts.length);
  const kinds = { pair: count, cluster: count, titles: count, repeat: count };
  for (const [kind, n] of Object.entries(kinds)) for (let i = 1; i <= n; i++) {
    await page.evaluate(() => document.getElementById("detail").replaceChildren());
    await page.evaluate((to) => { location.hash = to; }, `#${kind}-${i}`);
    await page.waitForSelector("#detail h2", { state: "attached" });
  }
  const elements = await page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map((e) => e.localName))]);
  for (const name of ["img", "iframe", "object", "embed", "link", "base", "audio", "video"]) assert.ok(!elements.includes(name), name);
  const links = await page.evaluate(() => [...document.querySelectorAll("[href], [src], [action]")].map((e) => e.getAttribute("href") ?? e.src ?? e.action));
  assert.ok(links.length && links.every((href) => /^#[a-z0-9-]*$/.test(href)), links.join());
  assert.equal(await page.evaluate(() => document.scripts.length), before);
  await done();
  // And if something did get in, it could not act: this is what the policy says to a script, a picture, a handler and to markup.
  const { page: tried } = await opened(file);
  const told = await tried.evaluate(async () => {
    const told = [];
    addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
    const script = document.createElement("script");
    try { script.text = "window.ran = 1"; } catch { told.push("text"); }
    document.body.append(script);
    const picture = document.createElement("img");
    picture.src = "http://127.0.0.1:9/x.png";
    document.body.append(picture);
    try { picture.setAttribute("onerror", "window.ran = 1"); } catch { told.push("handler"); }
    try { document.body.insertAdjacentHTML("beforeend", "<b>markup</b>"); } catch { told.push("markup"); }
    await fetch("http://127.0.0.1:9/x").catch(() => told.push("fetch"));
    await new Promise((go) => setTimeout(go, 100));
    return [told, window.ran ?? null];
  });
  assert.equal(told[1], null);
  for (const what of ["text", "img-src", "markup", "connect-src", "fetch"]) assert.ok(told[0].includes(what), `${what} is refused: ${told[0]}`);
  await tried.context().close();
  console.log(`nothing hostile acts: ${4 * count} findings opened`);
}

// A corpus with sources, several relations, clusters and repeats.
function news() {
  const folder = path.join(work, "news.jsonl");
  const list = "amber beacon cedar dome ember fable garnet hollow ivory jasmine kettle lantern maple nectar orchard pepper quarry raven saddle timber umbrella velvet willow yonder zephyr anchor basin copper drift engine falcon glacier harvest island jacket kernel ladder meadow nickel otter pillar quiver ribbon sailor thunder upland vessel walnut yarrow zenith".split(" ");
  const words = (seed, n) => {
    let r = seed * 7919 + 17;
    return Array.from({ length: n }, () => list[((r = (Math.imul(r, 1103515245) + 12345) >>> 0) >>> 16) % list.length]).join(" ");
  };
  const records = [];
  for (let n = 0; n < 120; n++) {
    const story = [0, 1, 2, 3].map((k) => `${words(n * 10 + k, 40)} ${n * 31 + k}.`);
    const text = story.join("\n\n");
    records.push({ id: `wire-${n}`, source: "Wire", date: `2026-01-${String(1 + (n % 28)).padStart(2, "0")}`, text });
    records.push({ id: `copy-${n}`, source: n % 2 ? "Courier" : "Ledger", text: text.replace(" maple ", " oak ") + "\n\nSign up for our letter and never miss a story of ours again, dear reader." });
    if (n % 3 === 0) records.push({ id: `quote-${n}`, source: "Blog", text: [words(n * 10 + 7, 60), story[1], words(n * 10 + 8, 50)].join("\n\n") });
  }
  fs.writeFileSync(folder, records.map((r) => JSON.stringify(r)).join("\n"));
  const file = path.join(work, "news.html");
  execFileSync(program, ["scan", folder, "-q", "-o", `html=${file}`], { stdio: "ignore" });
  return file;
}

const rows = (page) => page.locator("#results a.row");

async function findsAndFilters(file) {
  const { page, done } = await opened(file);
  const lists = JSON.parse(await page.locator("#lists").textContent());
  const told = () => page.locator("#told").textContent();
  const pairs = lists.pairs.length;
  assert.ok(pairs > 100 && lists.clusters.length && lists.repeats.length, "enough of everything");
  assert.equal(await told(), `${pairs} pairs`);
  assert.equal(await rows(page).count(), Math.min(pairs, 100));
  // By words of id or title, by relation, by source.
  await page.fill("#words", "wire-17");
  const of17 = lists.pairs.filter(([[a, b]]) => [a, b].some((n) => lists.documents[n][0].includes("wire-17"))).length;
  assert.equal(await told(), `${of17} of ${pairs} pairs`);
  await page.fill("#words", "no such thing");
  assert.equal(await rows(page).count(), 0);
  await page.fill("#words", "");
  for (const relation of new Set(lists.pairs.map((p) => p[1]))) {
    await page.selectOption("#relation", relation);
    assert.ok((await told()).startsWith(String(lists.pairs.filter((p) => p[1] === relation).length)), relation);
    for (const chip of await page.locator("#results .chip").allTextContents()) assert.equal(chip, relation);
  }
  await page.selectOption("#relation", "");
  const [blog, wire] = ["Blog", "Wire"].map((name) => lists.sources.indexOf(name));
  const between = lists.pairs.filter(([[a, b]]) => [lists.documents[a][2], lists.documents[b][2]].sort().join() === [blog, wire].sort().join()).length;
  await page.selectOption("#source", String(blog));
  await page.selectOption("#other", String(wire));
  assert.ok((await told()).startsWith(`${between} of`) && between > 0);
  await page.selectOption("#source", "");
  await page.selectOption("#other", "");
  // A cell of the heat map does the same.
  await page.click("#heat button[aria-label*='pairs of Wire and Blog'], #heat button[aria-label*='pairs of Blog and Wire'] >> nth=0");
  assert.ok((await told()).startsWith(`${between} of`));
  assert.equal(await page.inputValue("#source") !== "" && await page.inputValue("#other") !== "", true);
  await page.selectOption("#source", "");
  await page.selectOption("#other", "");
  // Sorted.
  await page.selectOption("#order", "name");
  const names = await page.locator("#results li .side:nth-of-type(2) .name").allTextContents();
  assert.deepEqual(names, [...names].sort());
  await page.click("#more");
  assert.equal(await rows(page).count(), Math.min(pairs, 200));
  // The other kinds, by keys.
  await page.focus("#tab-pair");
  await page.keyboard.press("ArrowRight");
  assert.equal(await told(), `${lists.clusters.length} clusters`);
  await page.keyboard.press("ArrowRight");
  assert.ok((await told()).endsWith("repeats") && lists.repeats.length > 0);
  await done();
  console.log(`lists: ${pairs} pairs, ${lists.clusters.length} clusters, ${lists.repeats.length} repeats`);
}

async function walks(file) {
  const { page, done } = await opened(file, { viewport: { width: 1280, height: 700 } });
  await page.fill("#words", "long-1");
  // By keys alone: from the list into the finding, from passage to passage, and back.
  await rows(page).first().focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.localName === "h2");
  const status = () => page.locator("#passage").textContent();
  const passages = Number(/of (\d+)/.exec(await status())[1]);
  assert.ok(passages >= 3, await status());
  const seen = new Set([await status()]);
  for (let i = 1; i < passages; i++) {
    await page.keyboard.press("n");
    seen.add(await status());
    const inView = await page.evaluate(() => [...document.querySelectorAll(".sides .text")].map((box) => {
      const mark = box.querySelector("mark.now").getBoundingClientRect(), frame = box.getBoundingClientRect();
      return mark.top >= frame.top - 1 && mark.top < frame.bottom;
    }));
    assert.deepEqual(inView, [true, true]);
  }
  assert.equal(seen.size, passages);
  await page.keyboard.press("n");
  assert.ok((await status()).startsWith("Passage 1 of"));
  await page.keyboard.press("p");
  assert.ok((await status()).startsWith(`Passage ${passages} of`));
  await page.click("mark[data-n~='3'] >> nth=0");
  assert.ok((await status()).startsWith("Passage 3 of"));
  // Where two passages lie over each other, a click goes to the one and then to the other.
  await page.click("mark[data-m='0 1'] >> nth=0");
  const one = await status();
  await page.click("mark[data-m='0 1'] >> nth=0");
  assert.deepEqual([one, await status()].map((said) => said.slice(0, 12)), ["Passage 1 of", "Passage 2 of"]);
  // One side scrolled by hand, the other follows.
  const heights = () => page.evaluate(() => [...document.querySelectorAll(".sides .text")].map((box) => box.scrollTop));
  await page.evaluate(() => { document.querySelectorAll(".sides .text")[0].scrollTop = 0; });
  await page.waitForTimeout(400);
  const [, before] = await heights();
  await page.evaluate(() => { const [box] = document.querySelectorAll(".sides .text"); box.scrollTop = box.scrollHeight; });
  await page.waitForTimeout(400);
  assert.notEqual((await heights())[1], before, "the other side follows");
  await page.focus("#detail h2");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.getElementById("detail").hidden);
  assert.ok(await page.evaluate(() => document.activeElement.classList.contains("row")), "the list has the focus again");
  await done();
  console.log(`walked ${passages} passages by keys`);
}

async function readsAloud(file, hashes = ["", "#pair-1", "#cluster-1", "#repeat-1"]) {
  let runs = 0;
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  for (const [name, options] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["phone", phone]]) {
    const { page, done } = await opened(file, options);
    for (const hash of hashes) {
      if (hash) await turn(page, hash);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
      const said = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + " " + n.any.map((x) => x.message)).join("\n   ")}`);
      assert.deepEqual(said, [], `axe, ${name}, ${hash || "overview"}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${name}, ${hash}: ${wide} pixels too wide`);
      runs++;
    }
    await done();
  }
  console.log(`axe found nothing in ${runs} views`);
}

async function withoutScripting(file) {
  const { page, done } = await opened(file, { javaScriptEnabled: false });
  const lists = JSON.parse(await page.locator("#lists").textContent());
  assert.ok(!(await page.locator("#findings").isVisible()));
  assert.equal(await page.locator("noscript > ol").nth(1).locator("> li").count(), lists.pairs.length);
  assert.ok(await page.locator("noscript > ol > li").first().isVisible());
  await done();
}

async function prints(file) {
  const { page, done } = await opened(file, {}, "#pair-1");
  const shown = await page.pdf({ format: "A4" });
  assert.equal(shown.subarray(0, 5).toString(), "%PDF-");
  // On paper nothing scrolls: the texts are there in full.
  await page.emulateMedia({ media: "print" });
  const cut = await page.evaluate(() => [...document.querySelectorAll(".sides .text")].map((box) => box.scrollHeight - box.clientHeight));
  assert.ok(cut.length === 2 && cut.every((n) => n <= 1), String(cut));
  await done();
  console.log(`printed: ${shown.length} bytes of PDF`);
}

// The fragment in a light and a dark notebook.
async function fragments() {
  for (const [ink, ground] of [["#111", "#fff"], ["#eee", "#111"]]) {
    const page = await browser.newPage();
    const fragment = fs.readFileSync(path.join(pages, "storm.summary.html"), "utf8");
    await page.setContent(`<!DOCTYPE html><html lang=en><title>Notebook</title><main style="color:${ink};background:${ground}"><h1>Notebook</h1>${fragment}</main>`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run());
    assert.deepEqual(violations.map((v) => [v.id, v.nodes[0].html]), [], ground);
    await page.close();
  }
}

try {
  const exactly = await spansAreExact();
  await longTextsAreCut();
  await nothingHostileActs();
  const file = news();
  await findsAndFilters(file);
  await walks(exactly);
  await readsAloud(file);
  await readsAloud(path.join(pages, "evidence.html"), ["", "#pair-2", "#cluster-1", "#titles-1", "#repeat-1"]);
  await withoutScripting(file);
  await prints(file);
  await fragments();
  console.log("the page: all passed");
} finally {
  await browser.close();
  fs.rmSync(work, { recursive: true, force: true });
}
