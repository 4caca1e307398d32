// Reads the page's JSON. The order of each list is that of src/report/html/data.rs.
const held = (id) => JSON.parse(document.getElementById(id).textContent);
const lists = held("lists");

const documents = lists.documents.map(([name, title, source, date, path, tokens, gone, representative, titled, part]) => ({
  name, title, source, date, path, tokens, gone, representative, titled, part,
  sought: (name + "\n" + title + "\n" + (path || "")).toLowerCase(),
}));

const pairs = lists.pairs.map(([[a, b], relation, shared, scores, facts, found, matches, evidence, earlier], number) => ({
  kind: "pair", number, a, b, relation, shared, scores, facts, found, evidence, earlier,
  matches: matches.map((m) => ({
    spans: [[m[0], m[1]], [m[2], m[3]]],
    lines: [[m[4], m[5]], [m[6], m[7]]],
    tokens: [m[8], m[9]],
    identity: m[10],
    runs: m[11],
  })),
}));

const clusters = lists.clusters.map(([size, weakest, members], number) => ({
  kind: "cluster", number, size, weakest,
  members: members.map(([document, first]) => ({ document, first })),
}));

const repeats = lists.repeats.map(([words, count, inside, tokens, [paragraph, boilerplate, note], period, places], number) => ({
  kind: "repeat", number, words, count, documents: inside, tokens, paragraph, boilerplate, note, period,
  places: places.map(([document, from, to, first, last]) => ({ document, span: from === undefined ? null : [from, to], lines: [first, last] })),
}));

// Texts that titles divide: one text, and the documents of each group.
const divided = lists.titles.map(([size, groups, shown], number) => ({
  kind: "titles", number, size, groups,
  shown: shown.map(([title, size, members]) => ({ title, size, members })),
}));

// The texts are most of a page, and are parsed only when a finding is opened.
let texts = null;

// The shown parts of a text: its length, and pieces with their offsets; null if it is missing.
function textOf(number) {
  texts = texts || held("texts");
  const text = texts[number];
  if (text === 0) return null;
  if (typeof text === "string") return { length: text.length, pieces: [{ from: 0, text }] };
  const pieces = [];
  for (let i = 1; i < text.length; i += 2) pieces.push({ from: text[i], text: text[i + 1] });
  return { length: text[0], pieces };
}

// The words between and behind the names of two related documents.
const relations = RELATIONS;
const nouns = { pair: ["pair"], cluster: ["cluster"], titles: ["text under several titles", "texts under several titles"], repeat: ["repeat"] };
const counted = (n, kind) => count(n, ...nouns[kind]);

const grouped = new Intl.NumberFormat("en");
const count = (n, noun, plural) => grouped.format(n) + " " + (n === 1 ? noun : plural || noun + "s");

// 0 and 100 are exact values only.
function percent(share) {
  const p = Math.round(share * 100);
  if (p >= 100 && share < 1) return "99%";
  if (p < 1 && share > 0) return "<1%";
  return p + "%";
}

// Makes an element. Strings become text, never markup.
function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}
const $ = (id) => document.getElementById(id);
