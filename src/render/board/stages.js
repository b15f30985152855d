// The second view: the same retailers by the stage that they are at, drawn when it is first
// asked for.

const stages = document.getElementById("stages");
const beside = new Map(data.beside.map(([mark, words]) => [data.marks[mark], words]));
let lanes;

function days(count) {
  return count === 0 ? "today" : count === 1 ? "1 day" : `${count} days`;
}

function chip(retailer) {
  const item = make("li");
  const link = make("a", "chip");
  link.href = `#open=${retailer.slug}`;
  link.append(make("b", "", retailer.name));
  for (const mark of retailer.marks) {
    if (beside.has(mark)) link.append(" ", make("span", `mark ${mark}`, beside.get(mark)));
  }
  if (retailer.days !== null) {
    const isLate = retailer.overdue !== null;
    link.append(" ", make("span", isLate ? "age late" : "age", days(retailer.days)));
  }
  item.append(link);
  return item;
}

/** Oldest first; what nobody knows the age of comes last. */
function byAge(one, other) {
  return (other.days ?? -1) - (one.days ?? -1);
}

function drawStages() {
  lanes = [];
  let journey;
  for (const [at, { journey: key, title, steps }] of data.stages.entries()) {
    const own = retailers.filter((retailer) => retailer.stage === at).sort(byAge);
    if (journey?.dataset.journey !== key) {
      journey = make("section", "journey");
      journey.dataset.journey = key;
      const name = document.querySelector(`#journey option[value="${key}"]`).textContent;
      journey.append(make("h2", "", name));
      stages.append(journey);
    }
    const lane = make("section", "lane");
    const heading = make("h3");
    const count = make("span", "count", own.length);
    heading.append(make("span", "", title), " ", make("span", "steps", steps), " ", count);
    const open = own.filter((retailer) => !retailer.marks.includes("done"));
    const body = make("div");
    const lists = [makeChips(open)];
    body.append(lists[0].element);
    if (open.length < own.length) {
      const folded = make("details");
      lists.push(makeChips(own.filter((retailer) => retailer.marks.includes("done"))));
      folded.append(make("summary"), lists[1].element);
      body.append(folded);
    }
    lane.append(heading, body);
    journey.append(lane);
    lanes.push({ lane, journey, count, lists });
  }
}

function makeChips(own) {
  const element = make("ul", "chips");
  const entries = own.map((retailer) => ({ retailer, element: chip(retailer) }));
  element.append(...entries.map((entry) => entry.element));
  return { element, entries };
}

/** Shows the retailers that fit. */
function showStages({ who, show }) {
  stages.hidden = true;
  if (!lanes) drawStages();
  void document.body.offsetHeight;
  const totals = new Map();
  for (const { lane, journey, count, lists } of lanes) {
    let shown = 0;
    for (const { element, entries } of lists) {
      let inList = 0;
      for (const { retailer, element } of entries) {
        const fits = retailer.fits && (!who || retailer.people.includes(who) || retailer.manager === who);
        if (element.hidden === fits) element.hidden = !fits;
        if (fits) inList += 1;
      }
      shown += inList;
      element.hidden = inList === 0;
      const folded = element.closest("details");
      if (folded) {
        folded.hidden = inList === 0;
        folded.firstElementChild.textContent = `${inList} ${data.done}`;
        if (show && inList > 0) folded.open = true;
      }
    }
    count.textContent = shown;
    lane.classList.toggle("empty", shown === 0);
    totals.set(journey, (totals.get(journey) ?? 0) + shown);
  }
  for (const [journey, shown] of totals) journey.hidden = shown === 0;
  stages.hidden = false;
}
