// The page: tabs, filter, keys, and the finding that the address names.
const kinds = Object.keys(all).filter((kind) => all[kind].length);
const shows = { pair: showPair, cluster: showCluster, titles: showTitles, repeat: showRepeat };

// Links back to the list and to the neighbours of this finding.
function way(item) {
  const at = current.indexOf(item);
  const near = (by, text) => {
    const other = at < 0 ? null : current[at + by];
    return other ? el("a", { href: address(other), class: "near" }, text) : null;
  };
  return el("nav", { "aria-label": "Findings", class: "way" },
    el("a", { href: "#findings", class: "back" }, "Back to the list"), near(-1, "← Finding"), near(1, "Finding →"),
    el("span", { class: "faint keys" }, "Keys: n, p for passages; j, k for findings; Esc for the list"));
}

// Shows the detail pane and moves the focus to it.
function opened(title) {
  $("detail").hidden = false;
  $("split").classList.add("open");
  title.focus({ preventScroll: true });
  $("split").scrollIntoView({ block: "start" });
}

function tabs() {
  $("bar").replaceChildren(...kinds.map((kind) => {
    const tab = el("button", { type: "button", role: "tab", id: "tab-" + kind, "aria-controls": "results" }, counted(all[kind].length, kind));
    tab.addEventListener("click", () => turnTo(kind));
    return tab;
  }));
  $("bar").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const kind = kinds[(kinds.indexOf(state.kind) + by + kinds.length) % kinds.length];
    turnTo(kind);
    $("tab-" + kind).focus();
  });
}

function turnTo(kind) {
  state.kind = kind;
  state.order = Object.keys(orders[kind])[0];
  state.shown = PART;
  for (const other of kinds) {
    $("tab-" + other).setAttribute("aria-selected", String(other === kind));
    $("tab-" + other).setAttribute("tabindex", other === kind ? "0" : "-1");
  }
  $("results").setAttribute("aria-labelledby", "tab-" + kind);
  filterForm();
  showList();
}

function again() {
  state.shown = PART;
  showList();
}

function choice(id, label, options) {
  const select = el("select", { id, name: id }, options.map(([key, text]) => el("option", { value: key, selected: key === state[id] }, text)));
  select.addEventListener("change", () => { state[id] = select.value; again(); });
  return el("label", {}, label, select);
}

function filterForm() {
  const search = el("input", { type: "search", id: "words", name: "words", value: state.words, autocomplete: "off" });
  search.addEventListener("input", () => { state.words = search.value; again(); });
  const sources = [["", "any"], ...lists.sources.map((name, i) => [String(i), name])];
  const found = {};
  for (const p of pairs) found[p.relation] = (found[p.relation] || 0) + 1;
  const kept = Object.keys(relations).filter((r) => found[r]).map((r) => [r, r + " (" + grouped.format(found[r]) + ")"]);
  $("filter").replaceChildren(...[
    el("label", {}, state.kind === "repeat" ? "Id, title or words" : "Id or title", search),
    state.kind === "pair" ? choice("relation", "Relation", [["", "any"], ...kept]) : null,
    sourced() ? choice("source", "Source", sources) : null,
    sourced() ? choice("other", "and source", sources) : null,
    choice("order", "Sorted by", Object.entries(orders[state.kind]).map(([key, [text]]) => [key, text])),
  ].filter(Boolean));
}

// A cell of the heat map filters the pairs of its two sources.
function heatMap() {
  const table = $("heat");
  if (!table || !kinds.includes("pair")) return;
  const at = new Map(lists.sources.map((name, i) => [name, String(i)]));
  const names = [...table.querySelectorAll("thead th")].map((th) => th.textContent);
  for (const row of table.tBodies[0].rows) [...row.cells].slice(1).forEach((cell, j) => {
    const [x, y] = [names[row.sectionRowIndex], names[j]];
    if (!cell.textContent || !at.has(x) || !at.has(y)) return;
    const button = el("button", { type: "button", "aria-label": cell.textContent + " words: show the pairs of " + x + " and " + y }, cell.textContent);
    button.addEventListener("click", () => {
      [state.source, state.other] = [at.get(x), at.get(y)];
      turnTo("pair");
      $("findings").focus();
      $("findings").scrollIntoView({ block: "start" });
    });
    cell.replaceChildren(button);
  });
}

// Letters act in an open finding only, arrows in the list only: no key of the browser is lost.
function keys() {
  $("detail").addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { n: 1, p: -1 }[event.key];
    const finding = { j: 1, k: -1 }[event.key];
    const other = finding && current[current.indexOf(openItem) + finding];
    if (by && stepped) stepped(by);
    else if (other && current.includes(openItem)) location.hash = address(other);
    else if (event.key === "Escape") location.hash = "#findings";
    else return;
    event.preventDefault();
  });
  $("results").addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...$("results").querySelectorAll("a.row")];
    const next = by && rows[rows.indexOf(event.target) + by];
    if (!next || !rows.includes(event.target)) return;
    event.preventDefault();
    next.focus();
  });
}

// The address names the open finding, so that Back works and findings can be linked.
function route() {
  const [, kind, number] = /^#(pair|cluster|titles|repeat)-(\d+)$/.exec(location.hash) || [];
  const item = kind && all[kind][Number(number) - 1];
  const before = openItem;
  openItem = item || null;
  stepped = null;
  if (item && kind !== state.kind) turnTo(kind);
  const at = current.indexOf(item);
  // The finding after the last row shows one part more; one far down does not show all before it.
  if (at >= state.shown && at < state.shown + PART) { state.shown += PART; showList(); }
  if (item) shows[kind](item);
  else {
    $("detail").hidden = true;
    $("detail").replaceChildren();
    $("split").classList.remove("open");
  }
  markCurrent();
  if (before && !item) ($("results").querySelector('a.row[href="' + address(before) + '"]') || $("findings")).focus();
}

if (kinds.length) {
  $("findings").hidden = false;
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  tabs();
  turnTo(kinds.includes("pair") ? "pair" : kinds[0]);
  heatMap();
  keys();
  addEventListener("hashchange", route);
  route();
}
document.documentElement.dataset.ready = "true";
