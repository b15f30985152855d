// What is chosen is in the address, so that a view can be sent as a link; every change goes
// through it. The page is readable without this script.

const page = document.getElementById("page");
const bar = document.getElementById("bar");
const rail = document.getElementById("rail");
const shown = document.getElementById("shown");
const none = document.getElementById("none");
const { q, journey: journeys } = bar.elements;
const bySlug = new Map(retailers.map((retailer) => [retailer.slug, retailer]));
const empty = { view: "people", q: "", journey: "", show: "", who: "", open: "" };
// Where the panel covers the page, the page is out of reach.
const isNarrow = matchMedia("(max-width: 64rem)");
let state = { ...empty };

const tiles = [...document.querySelectorAll(".tile")].map((element) => {
  const button = make("button");
  button.type = "button";
  button.append(...element.childNodes);
  element.append(button);
  const show = element.dataset.show;
  button.addEventListener("click", () => go({ show: state.show === show ? "" : show }));
  return { show, button, count: button.querySelector("b") };
});

const choices = [
  { who: "", name: "Everybody" },
  ...lists.filter((list) => list.person !== null).map((list) => ({ who: list.person, name: list.person })),
].map(({ who, name }) => {
  const button = make("button");
  button.type = "button";
  const count = make("span", "count");
  const late = make("span", "late");
  button.append(make("span", "name", name), " ", late, " ", count);
  button.addEventListener("click", () => go({ who }));
  rail.append(button);
  return { who, button, count, late };
});

/** What an address names, as far as this board has it. */
function fromAddress() {
  const named = new URLSearchParams(location.hash.slice(1));
  const next = { ...empty };
  for (const key of Object.keys(empty)) next[key] = named.get(key) ?? empty[key];
  if (next.view !== "stages") next.view = "people";
  if (![...journeys.options].some((option) => option.value === next.journey)) next.journey = "";
  if (!tiles.some((tile) => tile.show === next.show)) next.show = "";
  if (!choices.some((choice) => choice.who === next.who)) next.who = "";
  if (!bySlug.has(next.open)) next.open = "";
  return next;
}

function addressOf(next) {
  const named = new URLSearchParams();
  for (const [key, value] of Object.entries(next)) if (value !== empty[key]) named.set(key, value);
  return named.size ? `#${named}` : location.pathname + location.search;
}

/** Changes what is chosen. Opening a retailer can be taken back with the browser's button. */
function go(change) {
  const next = { ...state, ...change };
  const isOpened = !state.open && next.open;
  if (addressOf(next) !== addressOf(state)) {
    history[isOpened ? "pushState" : "replaceState"](null, "", addressOf(next));
  }
  show(next);
}

function show(next, isFirst = false) {
  const before = state;
  state = next;
  const { view, open } = state;
  const isChosenAnew = isFirst || ["view", "q", "journey", "show", "who"].some((key) => before[key] !== state[key]);
  if (isChosenAnew) {
    showControls(choose(state));
    people.hidden = view !== "people";
    stages.hidden = view !== "stages";
    if (view === "people") showLists(state);
    else showStages(state);
  }
  if (isFirst || before.open !== open) showPanel(before.open);
}

function showControls({ tiles: counts, own, total }) {
  for (const { show, button, count } of tiles) {
    const found = counts.get(show) ?? 0;
    count.textContent = found;
    button.setAttribute("aria-pressed", String(state.show === show));
    button.classList.toggle("zero", found === 0);
  }
  for (const { who, button, count, late } of choices) {
    const found = own.get(who);
    count.textContent = found.count;
    late.textContent = found.late ? `${found.late} overdue` : "";
    button.classList.toggle("zero", found.count === 0);
    if (state.who === who) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  if (q.value !== state.q) q.value = state.q;
  journeys.value = state.journey;
  bar.elements.view.value = state.view;
  document.getElementById("reset").hidden = !["q", "journey", "show", "who"].some((key) => state[key]);
  none.hidden = total > 0;
  shown.textContent = `${total} of ${retailers.length} retailers shown`;
}

/** Links to the retailer that is open are marked. */
function markOpen() {
  for (const link of document.querySelectorAll("[aria-current=true][href]")) link.removeAttribute("aria-current");
  if (!state.open) return;
  for (const link of document.querySelectorAll(`#list a[href="#open=${state.open}"]`)) {
    link.setAttribute("aria-current", "true");
  }
}

let opener = null;

function showPanel(before) {
  const retailer = bySlug.get(state.open);
  const row = opener?.isConnected ? opener : null;
  const top = row?.getBoundingClientRect().top;
  markOpen();
  document.documentElement.classList.toggle("opened", Boolean(retailer));
  panel.hidden = !retailer;
  page.inert = Boolean(retailer) && isNarrow.matches;
  if (retailer) {
    drawPanel(retailer);
    document.getElementById("panel-name").focus({ preventScroll: true });
  } else if (before) {
    (row ?? document.querySelector(`#list a[href="#open=${before}"]`))?.focus({ preventScroll: Boolean(row) });
  }
  // The list is as wide as the panel leaves it: the row that was clicked on stays in its place.
  if (row && !page.inert) scrollBy(0, row.getBoundingClientRect().top - top);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.className === "skip") {
    // The address is for what is chosen, so the link that skips leaves it as it is.
    const list = document.getElementById("list");
    list.scrollIntoView();
    list.focus({ preventScroll: true });
    return;
  }
  opener = link;
  const named = Object.fromEntries(new URLSearchParams(link.hash.slice(1)));
  // Who an alarm names is shown whatever else was chosen.
  go("show" in named ? { ...empty, view: state.view, open: state.open, ...named } : named);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state.open) {
    event.preventDefault();
    go({ open: "" });
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const link = event.target.closest?.("#list a[href^='#open=']");
  if (!step || !link) return;
  event.preventDefault();
  const all = [...document.querySelectorAll("#list a[href^='#open=']")].filter((other) => other.checkVisibility());
  all[all.indexOf(link) + step]?.focus();
});

bar.addEventListener("input", () =>
  go({ q: q.value, journey: journeys.value, view: bar.elements.view.value }),
);
bar.addEventListener("submit", (event) => event.preventDefault());
bar.addEventListener("reset", (event) => {
  event.preventDefault();
  go({ ...empty, view: state.view, open: state.open });
});
addEventListener("popstate", () => show(fromAddress()));
isNarrow.addEventListener("change", () => {
  page.inert = Boolean(state.open) && isNarrow.matches;
});

/** How long ago the board was made: what it shows was true then. */
function showAge() {
  const made = document.getElementById("made");
  const minutes = Math.floor((Date.now() - Date.parse(made.dateTime)) / 60_000);
  const hours = Math.floor(minutes / 60);
  const ago =
    minutes < 1 ? "just now"
    : hours < 1 ? `${minutes} min ago`
    : hours < 48 ? `${hours} h ago`
    : `${Math.floor(hours / 24)} days ago`;
  const old = make("span", hours < 24 ? "ago" : "ago late", ago);
  made.after(" ", old);
}

document.documentElement.classList.add("script");
bar.hidden = false;
rail.hidden = false;
document.getElementById("alarms-more")?.removeAttribute("hidden");
showAge();
show(fromAddress(), true);
