// The lists: filter, order and rows.
const PART = 100;

const state = { kind: "pair", words: "", relation: "", source: "", other: "", order: "shared", shown: PART };
const all = { pair: pairs, cluster: clusters, titles: divided, repeat: repeats };

const orders = {
  pair: {
    shared: ["most text shared", null],
    coverage: ["largest share of a text", (x, y) => Math.max(y.scores[0], y.scores[1]) - Math.max(x.scores[0], x.scores[1])],
    name: ["id", (x, y) => byName(x.a, y.a) || byName(x.b, y.b)],
    date: ["date", (x, y) => byDate(x.a, y.a) || byDate(x.b, y.b)],
  },
  cluster: {
    size: ["size", null],
    weakest: ["weakest member", (x, y) => x.weakest - y.weakest],
    name: ["id", (x, y) => byName(x.members[0].document, y.members[0].document)],
  },
  titles: {
    size: ["size", null],
    name: ["id", (x, y) => byName(x.shown[0].members[0], y.shown[0].members[0])],
  },
  repeat: {
    text: ["most text", null],
    count: ["how often", (x, y) => y.count - x.count],
    length: ["length", (x, y) => y.tokens - x.tokens],
  },
};
// Documents are in the order of their ids.
const byName = (x, y) => x - y;
function byDate(x, y) {
  const [a, b] = [documents[x].date || "9", documents[y].date || "9"];
  return a < b ? -1 : a > b ? 1 : 0;
}

function partners(item) {
  if (item.kind === "pair") return [item.a, item.b];
  if (item.kind === "cluster") return item.members.map((m) => m.document);
  if (item.kind === "titles") return item.shown.flatMap((group) => group.members);
  return item.places.map((p) => p.document);
}

// Whether one document is of one source and another of the other.
function ofSources(item) {
  if (state.source === "" && state.other === "") return true;
  const found = partners(item).map((n) => documents[n].source);
  const is = (wanted) => (n) => wanted === "" || String(n) === wanted;
  return found.some((x, i) => is(state.source)(x) && (state.other === "" || found.some((y, j) => i !== j && is(state.other)(y))));
}

function wanted() {
  const words = state.words.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = all[state.kind].filter((item) => {
    if (state.kind === "pair" && state.relation && item.relation !== state.relation) return false;
    if (!ofSources(item)) return false;
    if (!words.length) return true;
    const own = state.kind === "repeat" ? item.words.toLowerCase() : "";
    const names = partners(item).map((n) => documents[n].sought);
    return words.every((word) => own.includes(word) || names.some((name) => name.includes(word)));
  });
  const order = (orders[state.kind][state.order] || [])[1];
  return order ? kept.sort(order) : kept;
}

const sourceOf = (document) => (document.source === null ? "" : lists.sources[document.source]);
const sourced = () => lists.sources.length > 0;

function titled(number) {
  const document = documents[number];
  return [
    el("span", { class: "name", dir: "auto" }, document.name),
    el("span", { class: "faint" }, document.representative ? " · representative" : "", ...[sourceOf(document), document.date, document.part].filter(Boolean).flatMap((x) => [" · ", el("bdi", {}, x)])),
    el("span", { class: "title", dir: "auto" }, document.title),
  ];
}

const what = (kind, amount) => el("span", { class: "what" }, el("span", { class: "chip" }, kind), " ", amount);
// Why it is a template, how many words are equal, which text is earlier.
const evidence = (p) => (p.evidence.length ? el("span", { class: "evidence" }, ...p.evidence.flatMap((words, i) => [i ? " · " : "", el("bdi", {}, words)])) : null);
const rows = {
  pair: (p) => [
    what(p.relation, count(p.shared, "word") + " shared · " + percent(p.scores[0]) + " and " + percent(p.scores[1]) + " of the texts"),
    evidence(p),
    el("span", { class: "side" }, titled(p.a)),
    el("span", { class: "side" }, titled(p.b)),
  ],
  cluster: (c) => [
    what(count(c.size, "document"), "weakest " + percent(c.weakest)),
    el("span", { class: "side" }, titled(c.members[0].document)),
  ],
  titles: (t) => [
    what(count(t.groups, "group"), "of " + count(t.size, "document") + " with one text, under titles that name different things"),
    ...t.shown.slice(0, 3).map((group) => el("span", { class: "side" }, el("span", { class: "name", dir: "auto" }, group.title || "(without a title)"),
      el("span", { class: "faint" }, " · " + count(group.size, "document")))),
  ],
  repeat: (r) => [
    what(count(r.count, "time"), "in " + count(r.documents, "document") + " · " + count(r.tokens, "word") + (r.boilerplate ? " · boilerplate" : "") + (r.note ? " · note" : "")),
    el("span", { class: "title", dir: "auto" }, r.words || "(text not to be had)"),
  ],
};

// The address of a finding inside the page.
const address = (item) => "#" + item.kind + "-" + (item.number + 1);
const link = (item, ...inside) => el("a", { href: address(item) }, inside);

let current = [];
function row(item) {
  return el("li", {}, el("a", { href: address(item), class: "row" }, rows[item.kind](item)));
}

// The open finding, and its row.
let openItem = null;
function markCurrent() {
  const href = openItem ? address(openItem) : "";
  const box = $("results");
  for (const row of box.querySelectorAll("a.row")) {
    if (row.getAttribute("href") !== href) { row.removeAttribute("aria-current"); continue; }
    row.setAttribute("aria-current", "true");
    // The list beside an open finding scrolls on its own.
    const [at, frame] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
    if (box.scrollHeight > box.clientHeight && (at.top < frame.top || at.bottom > frame.bottom)) box.scrollTop += at.top - frame.top - frame.height / 3;
  }
}

function showList() {
  current = wanted();
  const shown = current.slice(0, state.shown);
  const more = current.length - shown.length;
  const list = el("ol", { class: "rows" }, shown.map(row));
  const button = more > 0 ? el("button", { type: "button", id: "more" }, count(Math.min(more, PART), "more", "more") + " of " + grouped.format(more)) : null;
  if (button) button.addEventListener("click", () => {
    const from = state.shown;
    state.shown += PART;
    list.append(...current.slice(from, state.shown).map(row));
    markCurrent();
    list.children[from].firstChild.focus();
    const left = current.length - state.shown;
    if (left > 0) button.textContent = count(Math.min(left, PART), "more", "more") + " of " + grouped.format(left);
    else button.remove();
  });
  $("results").replaceChildren(list, ...(button ? [button] : []));
  const total = all[state.kind].length;
  $("told").textContent = current.length === total ? counted(total, state.kind) : grouped.format(current.length) + " of " + counted(total, state.kind);
  markCurrent();
}
