// The page: tabs, filter, the finding that the address names.
const kinds = Object.keys(all).filter((kind) => all[kind].length);
const open = { pair: showPair };

function back() {
  const link = el("a", { href: "#findings", class: "back" }, "Back to the list");
  return el("p", {}, link);
}

// A finding is in the detail: show that, and tell where one is.
function opened(title) {
  $("detail").hidden = false;
  $("split").classList.add("open");
  title.focus({ preventScroll: true });
  $("detail").scrollIntoView({ block: "nearest" });
}

function tabs() {
  $("bar").replaceChildren(...kinds.map((kind) => {
    const tab = el("button", { type: "button", role: "tab", id: "tab-" + kind, "aria-controls": "results" },
      count(all[kind].length, nouns[kind][0]));
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

function choice(id, label, options, value) {
  const select = el("select", { id, name: id }, options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  select.addEventListener("change", () => { state[id] = select.value; state.shown = PART; showList(); });
  return el("label", {}, label, select);
}

function filterForm() {
  const search = el("input", { type: "search", id: "words", name: "words", value: state.words, autocomplete: "off" });
  search.addEventListener("input", () => { state.words = search.value; state.shown = PART; showList(); });
  const sources = [["", "any"], ...lists.sources.map((name, i) => [String(i), name])];
  const found = {};
  for (const p of pairs) found[p.relation] = (found[p.relation] || 0) + 1;
  const kept = Object.keys(relations).filter((r) => found[r]).map((r) => [r, r + " (" + grouped.format(found[r]) + ")"]);
  $("filter").replaceChildren(...[
    el("label", {}, "Id or title", search),
    state.kind === "pair" ? choice("relation", "Relation", [["", "any"], ...kept], state.relation) : null,
    lists.sources.length ? choice("source", "Source", sources, state.source) : null,
    lists.sources.length ? choice("other", "and source", sources, state.other) : null,
    choice("order", "Sorted by", Object.entries(orders[state.kind]).map(([key, [text]]) => [key, text]), state.order),
  ].filter(Boolean));
}

// The address says which finding is open, so that going back works and a finding can be pointed at.
function route() {
  const [, kind, number] = /^#(pair|cluster|repeat)-(\d+)$/.exec(location.hash) || [];
  const item = kind && all[kind][Number(number) - 1];
  if (item && open[kind]) { open[kind](item); mark(item); return; }
  $("detail").hidden = true;
  $("split").classList.remove("open");
  mark(null);
}

function mark(item) {
  const href = item ? "#" + item.kind + "-" + (item.number + 1) : "";
  for (const link of $("results").querySelectorAll("a.row"))
    if (link.getAttribute("href") === href) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
}

if (kinds.length) {
  $("findings").hidden = false;
  $("filter").addEventListener("submit", (event) => event.preventDefault());
  tabs();
  turnTo(kinds.includes("pair") ? "pair" : kinds[0]);
  addEventListener("hashchange", route);
  route();
}
document.documentElement.dataset.ready = "true";
