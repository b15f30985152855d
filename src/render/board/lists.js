// The lists of the page: what they hold, and which of it is shown. Their HTML is there
// already; this finds its rows.

const data = JSON.parse(document.getElementById("data").textContent);
const { texts, retailers } = data;

/** Makes an element that holds a text. Nothing in this script makes elements of a text. */
function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** A text without case and accents, as it is searched. */
function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

const people = document.getElementById("people");
const lists = [...people.children].map((element, at) => {
  const [person, places] = data.lists[at];
  const rows = element.querySelector(".rows");
  return {
    element,
    rows,
    person: person === null ? null : texts[person],
    isFolded: element.localName === "details",
    count: element.querySelector(".count"),
    late: element.querySelector(".late"),
    entries: [...rows.children].map((element, at) => ({
      element,
      retailer: retailers[places[at]],
      isLate: element.querySelector(".late") !== null,
    })),
  };
});

for (const retailer of retailers) {
  retailer.manager = retailer.manager === null ? null : texts[retailer.manager];
  retailer.people = [];
  retailer.text = fold(`${retailer.name} ${retailer.slug} ${retailer.manager ?? ""}`);
  retailer.marks = retailer.marks.map((mark) => data.marks[mark]);
  retailer.journey = data.stages[retailer.stage].journey;
}
for (const { person, entries } of lists) {
  if (person !== null) for (const { retailer } of entries) retailer.people.push(person);
}

/** Whether a list is that of a person, or a retailer in it is one of theirs. */
function isTheirs(who, person, retailer) {
  return !who || person === who || retailer.manager === who;
}

/**
 * Finds what fits the state, and counts what would be shown if another tile or another person
 * were chosen.
 */
function choose({ q, journey, show, who }) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const tiles = new Map([["", 0]]);
  let total = 0;
  for (const retailer of retailers) {
    const isFound =
      (!journey || retailer.journey === journey) && words.every((word) => retailer.text.includes(word));
    const isMarked = !show || retailer.marks.includes(show);
    const isOf = !who || retailer.people.includes(who) || retailer.manager === who;
    retailer.fits = isFound && isMarked;
    if (isFound && isOf) {
      tiles.set("", tiles.get("") + 1);
      for (const mark of retailer.marks) tiles.set(mark, (tiles.get(mark) ?? 0) + 1);
    }
    if (retailer.fits && isOf) total += 1;
  }
  const waiting = retailers.filter((retailer) => retailer.fits && retailer.people.length > 0);
  const late = waiting.filter((retailer) => retailer.overdue !== null);
  const own = new Map([["", { count: waiting.length, late: late.length }]]);
  for (const { person, entries } of lists) {
    if (person === null) continue;
    const fitting = entries.filter(({ retailer }) => retailer.fits);
    own.set(person, { count: fitting.length, late: fitting.filter(({ isLate }) => isLate).length });
  }
  return { tiles, own, total };
}

/** Shows the rows that fit. */
function showLists({ who, show }) {
  // Chromium takes seconds to hide thousands of rows that it lays out lazily, one by one;
  // it is fast where they are out of the layout already.
  people.hidden = true;
  void document.body.offsetHeight;
  for (const { element, person, isFolded, count, late, entries } of lists) {
    let shown = 0;
    let lateShown = 0;
    for (const entry of entries) {
      const fits = entry.retailer.fits && isTheirs(who, person, entry.retailer);
      if (entry.element.hidden === fits) entry.element.hidden = !fits;
      if (!fits) continue;
      shown += 1;
      if (entry.isLate) lateShown += 1;
    }
    element.hidden = shown === 0;
    element.classList.toggle("others", Boolean(who) && person !== who);
    if (count) count.textContent = shown;
    if (late) {
      late.textContent = `${lateShown} overdue`;
      late.hidden = lateShown === 0;
    }
    if (isFolded) {
      element.firstElementChild.textContent = `${shown} ${data.done}`;
      if (show && shown > 0) element.open = true;
    }
  }
  people.hidden = false;
}
