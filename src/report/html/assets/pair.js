// Two texts side by side: passages in paired colours, steps between them, scrolling together.
const COLOURS = 6;

// Cuts a text at every border of a span; each segment has the spans that cover it.
function segments(piece, spans) {
  const end = piece.from + piece.text.length;
  const inside = spans.filter((s) => s.from < end && s.to > piece.from);
  const borders = new Set([piece.from, end]);
  for (const s of inside) for (const at of [s.from, s.to]) if (at > piece.from && at < end) borders.add(at);
  const sorted = [...borders].sort((x, y) => x - y);
  const starts = [...inside].sort((x, y) => x.from - y.from);
  const out = [];
  let open = [], next = 0;
  for (let i = 0; i + 1 < sorted.length; i++) {
    const [from, to] = [sorted[i], sorted[i + 1]];
    while (next < starts.length && starts[next].from <= from) open.push(starts[next++]);
    open = open.filter((s) => s.to > from);
    out.push({ from, to, spans: [...open] });
  }
  return out;
}

// Keeps every character, and breaks lines where the text does.
function textNodes(text) {
  const out = [];
  for (const line of text.split(/(?<=\r)(?!\n)/)) {
    out.push(document.createTextNode(line));
    if (line.endsWith("\r")) out.push(el("br"));
  }
  return out;
}

// The spans of one side: passages, and equal parts inside them.
function spansOf(pair, side) {
  const out = [];
  pair.matches.forEach((m, number) => {
    const [from, to] = m.spans[side];
    out.push({ from, to, number, equal: false });
    for (let i = 0; i < m.runs.length; i += 4) {
      const start = from + m.runs[i + 2 * side];
      out.push({ from: start, to: start + m.runs[i + 2 * side + 1], number, equal: true });
    }
  });
  return out;
}

function gap(length) {
  return el("p", { class: "gap", "data-gap": length }, "… " + count(length, "character") + " left out …");
}

// A piece of a text with marked spans; dots where the text continues.
function stretchOf(piece, spans, before, after) {
  const stretch = el("div", { class: "piece" + (before ? " before" : "") + (after ? " after" : ""), "data-from": piece.from });
  for (const s of segments(piece, spans)) {
    const words = textNodes(piece.text.slice(s.from - piece.from, s.to - piece.from));
    const over = s.spans.filter((x) => !x.equal).map((x) => x.number);
    if (!over.length) { stretch.append(...words); continue; }
    const equal = s.spans.some((x) => x.equal);
    const starts = s.spans.filter((x) => !x.equal && x.from === s.from).map((x) => x.number + 1);
    stretch.append(el("mark", {
      class: "c" + (over[0] % COLOURS) + (equal ? "" : " other"),
      "data-m": over.join(" "),
      "data-n": starts.length ? starts.join(" ") : null,
    }, words));
  }
  return stretch;
}

// The text of one side as elements.
function panel(number, spans, label) {
  const box = el("div", { class: "text", tabindex: "0", role: "region", "aria-label": label, dir: "auto" });
  const text = textOf(number);
  if (!text) {
    const why = documents[number].gone === 2 ? "This text is not the one that was scanned." : "This text could not be read.";
    box.append(el("p", { class: "gap" }, documents[number].gone ? why : "This text is not part of the page."));
    return box;
  }
  let at = 0;
  for (const piece of text.pieces) {
    if (piece.from > at) box.append(gap(piece.from - at));
    box.append(stretchOf(piece, spans));
    at = piece.from + piece.text.length;
  }
  if (text.length > at) box.append(gap(text.length - at));
  return box;
}

const marksOf = (box, number) => [...box.querySelectorAll("mark")].filter((m) => m.dataset.m.split(" ").includes(String(number)));

function lined([first, last]) {
  return first === last ? "line " + grouped.format(first) : "lines " + grouped.format(first) + "–" + grouped.format(last);
}

function heading(pair, number, side) {
  const d = documents[number];
  const marks = [d.representative ? "representative" : null, pair.earlier === number ? "earlier" : null];
  return el("div", { class: "head" }, el("h3", {}, el("span", { class: "faint" }, side + " "), el("bdi", {}, d.name)),
    d.titled ? el("p", { class: "title", dir: "auto" }, d.title) : null,
    el("p", { class: "faint" }, ...marks.filter(Boolean).flatMap((mark) => [el("strong", {}, mark), " · "]), count(d.tokens, "word"),
      ...[sourceOf(d), d.date, d.part, d.path].filter(Boolean).flatMap((x) => [" · ", el("bdi", {}, x)])));
}

// Opens a pair in the detail pane.
function showPair(pair) {
  const boxes = [panel(pair.a, spansOf(pair, 0), "First text"), panel(pair.b, spansOf(pair, 1), "Second text")];
  const told = el("p", { role: "status", id: "passage" });
  const walk = walker(pair, boxes, told);
  const step = (name, by) => {
    const button = el("button", { type: "button", disabled: pair.matches.length === 0 }, name);
    button.addEventListener("click", () => walk(by));
    return button;
  };
  const left = pair.found - pair.matches.length;
  const title = el("h2", { tabindex: "-1" }, el("bdi", {}, documents[pair.a].name), relations[pair.relation][0], el("bdi", {}, documents[pair.b].name), relations[pair.relation][1]);
  const c = pair.scores;
  const scores = count(pair.shared, "word") + " shared: " + percent(c[0]) + " of the first text, " + percent(c[1]) + " of the second"
    + (pair.facts[1] ? " · " + pair.facts[0] + " of " + count(pair.facts[1], "number or name", "numbers and names") + " agree" : "");
  $("detail").replaceChildren(
    way(pair), title, el("p", { class: "faint" }, scores),
    ...(pair.evidence.length ? [el("p", {}, evidence(pair))] : []),
    ...(left > 0 ? [el("p", {}, "Shown are the " + grouped.format(pair.matches.length) + " longest of " + count(pair.found, "passage") + ".")] : []),
    el("div", { class: "steps" }, step("← Passage", -1), step("Passage →", 1), told),
    el("div", { class: "sides" },
      el("div", {}, heading(pair, pair.a, "A"), boxes[0]), el("div", {}, heading(pair, pair.b, "B"), boxes[1])));
  follow(boxes);
  opened(title);
  if (pair.matches.length) walk(0, true);
  else told.textContent = "No passage can be shown.";
}

// The action of the keys n and p in the open finding.
let stepped = null;

// Steps between passages by the buttons, by n and p, or by a click.
function walker(pair, boxes, told) {
  let at = 0;
  const go = (number, quiet) => {
    at = (number + pair.matches.length) % pair.matches.length;
    const m = pair.matches[at];
    for (const box of boxes) {
      for (const old of box.querySelectorAll("mark.now")) old.classList.remove("now");
      const marks = marksOf(box, at);
      marks.forEach((mark) => mark.classList.add("now"));
      if (marks.length && !(quiet && at === 0 && marks[0].offsetTop < box.clientHeight / 2)) scrollIn(box, marks[0]);
    }
    const missing = boxes.some((box) => !box.querySelector("mark.now"));
    told.textContent = "Passage " + (at + 1) + " of " + grouped.format(pair.matches.length) + ": " + lined(m.lines[0]) + " of A, "
      + lined(m.lines[1]) + " of B; " + percent(m.identity) + " of the words equal" + (missing ? "; it is in a part left out" : "");
  };
  boxes.forEach((box) => box.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (!mark || String(getSelection())) return;
    const over = mark.dataset.m.split(" ").map(Number);
    go(over[(over.indexOf(at) + 1) % over.length]);
  }));
  stepped = pair.matches.length ? (by) => go(at + by) : null;
  return (by, quiet) => go(at + by, quiet);
}

// While the page scrolls a side, the other does not follow.
let led = 0;
function scrollIn(box, mark) {
  led = performance.now() + 150;
  box.scrollTop = top(box, mark) - box.clientHeight / 4;
}
const top = (box, mark) => mark.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;

// Scrolls the other side to the corresponding place, in proportion between two passages.
function follow(boxes) {
  boxes.forEach((box, side) => box.addEventListener("scroll", () => {
    if (performance.now() < led) return;
    const other = boxes[1 - side];
    const points = corresponding(boxes, side);
    const line = box.scrollTop + box.clientHeight / 3;
    const next = points.findIndex((p) => p[0] > line);
    const [x0, y0] = points[next < 0 ? points.length - 2 : Math.max(next - 1, 0)];
    const [x1, y1] = points[next < 0 ? points.length - 1 : Math.max(next, 1)];
    const y = x1 > x0 ? y0 + (y1 - y0) * Math.min((line - x0) / (x1 - x0), 1) : y0;
    led = performance.now() + 60;
    other.scrollTop = y - other.clientHeight / 3;
  }, { passive: true }));
}

function corresponding(boxes, side) {
  const [here, there] = [boxes[side], boxes[1 - side]];
  const first = (box) => {
    const out = new Map();
    for (const mark of box.querySelectorAll("mark[data-n]"))
      for (const n of mark.dataset.n.split(" ")) out.set(n, top(box, mark));
    return out;
  };
  const [x, y] = [first(here), first(there)];
  const points = [...x].filter(([n]) => y.has(n)).map(([n, at]) => [at, y.get(n)]).sort((p, q) => p[0] - q[0]);
  return [[0, 0], ...points, [here.scrollHeight, there.scrollHeight]];
}
