// Clusters, texts that titles divide, and repeats in the detail pane.
// Code units shown before and after a place.
const AROUND = 160;

const pairOf = new Map(pairs.map((p) => [p.a + "," + p.b, p]));
const between = (x, y) => pairOf.get(Math.min(x, y) + "," + Math.max(x, y));

function showCluster(cluster) {
  const leader = cluster.members[0];
  const standsFor = (m) => (m.first === null ? m.document : m.first);
  const dated = cluster.members.some((m) => documents[m.document].date);
  const rest = cluster.members.map((m, place) => {
    const pair = between(standsFor(m), standsFor(leader));
    const same = standsFor(m) === standsFor(leader);
    const how = place === 0 ? "representative" : same ? "the same words" : pair ? percent(pair.scores[pair.a === standsFor(m) ? 0 : 1]) + " of it stands in the representative" : "";
    const d = documents[m.document];
    return el("tr", {},
      el("td", {}, pair && !same ? link(pair, el("bdi", {}, d.name)) : el("bdi", {}, d.name)),
      el("td", {}, [how, d.part].filter(Boolean).join(", ")), sourced() ? el("td", {}, sourceOf(d)) : null, dated ? el("td", {}, d.date || "") : null);
  });
  const title = el("h2", { tabindex: "-1" }, "Cluster of " + count(cluster.size, "document") + " around ", el("bdi", {}, documents[leader.document].name));
  const head = ["document", "how much", sourced() ? "source" : null, dated ? "date" : null].filter(Boolean).map((name) => el("th", { scope: "col" }, name));
  const left = cluster.size - cluster.members.length;
  $("detail").replaceChildren(
    way(cluster), title, el("p", { class: "faint" }, "The weakest member has " + percent(cluster.weakest) + " in common with the representative."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Members" },
      el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rest))),
    ...(left > 0 ? [el("p", {}, "And " + grouped.format(left) + " more, which are in the report as data.")] : []),
    el("h3", {}, "The representative"), panel(leader.document, [], "Text of the representative"));
  opened(title);
}

function showTitles(item) {
  const title = el("h2", { tabindex: "-1" }, "One text under titles that name different things: " + count(item.size, "document") + " in " + count(item.groups, "group"));
  const head = ["title", "documents"].map((name) => el("th", { scope: "col" }, name));
  const more = (all, shown) => (all > shown ? " and " + grouped.format(all - shown) + " more" : null);
  const rest = item.shown.map((group) => el("tr", {},
    el("td", {}, el("bdi", {}, group.title || "(without a title)")),
    el("td", {}, ...group.members.flatMap((n, i) => [i ? ", " : "", el("bdi", {}, documents[n].name)]), more(group.size, group.members.length))));
  const left = item.groups - item.shown.length;
  const first = item.shown[0].members[0];
  $("detail").replaceChildren(
    way(item), title, el("p", { class: "faint" }, "The texts are equal, but each title names something that the others do not: between the groups nothing is a copy."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Groups" },
      el("table", {}, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rest))),
    ...(left > 0 ? [el("p", {}, "And " + count(left, "more group", "more groups") + ", which are in the report as data.")] : []),
    el("h3", {}, "The text"), panel(first, [], "The text"));
  opened(title);
}

function showRepeat(repeat) {
  const title = el("h2", { tabindex: "-1" }, "Repeated ", count(repeat.count, "time") + " in " + count(repeat.documents, "document"));
  const kind = [count(repeat.tokens, "word"), repeat.paragraph ? "a whole paragraph" : "a passage",
    repeat.boilerplate ? "boilerplate" : null, repeat.note ? "a note, which makes no relation" : null, repeat.period ? "again and again without a break" : null];
  const left = repeat.count - (repeat.period ? repeat.count : repeat.places.length);
  $("detail").replaceChildren(
    way(repeat), title, el("p", { class: "faint" }, kind.filter(Boolean).join(" · ")),
    el("ol", { class: "places" }, repeat.places.map((place) => {
      const d = documents[place.document];
      return el("li", {}, el("p", {}, el("bdi", {}, d.name), el("span", { class: "faint" }, place.span ? " · " + lined(place.lines) : "")), excerpt(place));
    })),
    ...(left > 0 ? [el("p", {}, "And " + count(left, "more place", "more places") + ".")] : []));
  opened(title);
}

// A place with the text around it.
function excerpt(place) {
  const text = place.span && textOf(place.document);
  const box = el("div", { class: "text short", dir: "auto", tabindex: "0", role: "region", "aria-label": "Passage in " + documents[place.document].name });
  if (!text) { box.append(el("p", { class: "gap" }, "This text could not be read.")); return box; }
  const [from, to] = place.span;
  for (const piece of text.pieces) {
    const end = piece.from + piece.text.length;
    let [start, stop] = [Math.max(piece.from, from - AROUND), Math.min(end, to + AROUND)];
    if (start >= stop) continue;
    // Never cut inside a surrogate pair.
    if (start > piece.from && /[\udc00-\udfff]/.test(piece.text[start - piece.from])) start--;
    if (stop < end && /[\udc00-\udfff]/.test(piece.text[stop - piece.from])) stop++;
    const part = { from: start, text: piece.text.slice(start - piece.from, stop - piece.from) };
    box.append(stretchOf(part, [{ from, to, number: 0, equal: false }, { from, to, number: 0, equal: true }], start > 0, stop < text.length));
  }
  return box;
}
