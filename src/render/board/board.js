// Filters the cards, keeps the filters in the address, and draws a checklist when its card
// is opened for the first time. The page is readable without it.
"use strict";
(() => {
  const { rows, retailers, states } = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const none = document.getElementById("none");
  const fields = ["q", "waits", "journey", "stage", "attention"].map((name) => form.elements[name]);
  const [q, waits, journey, stage, attention] = fields;

  // Looked up once: with thousands of cards, asking the page again on each key is slow.
  const columns = [...document.querySelectorAll(".column")].map((element) => ({
    element,
    stage: element.dataset.stage,
    journey: element.closest(".journey").dataset.journey,
    count: element.querySelector(".count"),
    list: element.querySelector(".cards"),
  }));
  const journeys = [...document.querySelectorAll(".journey")].map((element) => ({
    element,
    key: element.dataset.journey,
    count: element.querySelector("h2 .count"),
  }));
  const cards = columns.flatMap((column) =>
    [...column.list.children].map((element) => ({
      element,
      column,
      waits: element.dataset.waits.split(" "),
      attention: "attention" in element.dataset,
    })),
  );
  cards.forEach((card, at) => {
    card.steps = retailers[at][1];
    card.text = fold(retailers[at][0]);
    card.at = at;
  });

  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function filter() {
    const words = fold(q.value).split(/\s+/).filter(Boolean);
    const counts = new Map();
    let total = 0;
    // Chromium takes seconds to hide thousands of cards that it lays out lazily, one by one;
    // it is fast where they are out of the layout already.
    for (const { list } of columns) list.hidden = true;
    void document.body.offsetHeight;
    for (const card of cards) {
      const fits =
        (!journey.value || card.column.journey === journey.value) &&
        (!stage.value || card.column.stage === stage.value) &&
        (!waits.value || card.waits.includes(waits.value)) &&
        (!attention.checked || card.attention) &&
        words.every((word) => card.text.includes(word));
      if (card.element.hidden === fits) card.element.hidden = !fits;
      if (fits) {
        total += 1;
        counts.set(card.column, (counts.get(card.column) ?? 0) + 1);
        counts.set(card.column.journey, (counts.get(card.column.journey) ?? 0) + 1);
      }
    }
    for (const column of columns) {
      const count = counts.get(column) ?? 0;
      column.count.textContent = count;
      column.element.toggleAttribute("data-empty", count === 0);
      column.list.hidden = false;
    }
    for (const { element, key, count } of journeys) {
      count.textContent = counts.get(key) ?? 0;
      element.hidden = !counts.has(key);
    }
    none.hidden = total > 0;
    shown.textContent = `${total} of ${cards.length} retailers shown`;
  }

  function toAddress() {
    const said = new URLSearchParams();
    for (const field of fields) {
      const value = field.type === "checkbox" ? (field.checked ? field.value : "") : field.value;
      if (value) said.set(field.name, value);
    }
    const address = `#${said}`;
    if (location.hash !== address) {
      history.replaceState(null, "", said.size ? address : location.pathname + location.search);
    }
  }

  function fromAddress() {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      const value = said.get(field.name) ?? "";
      if (field.type === "checkbox") field.checked = value === field.value;
      else field.value = value;
      // An address may name what this board does not have.
      if (field.selectedIndex === -1) field.value = "";
    }
    filter();
  }

  function changed() {
    filter();
    toAddress();
  }

  function make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  function checklist(steps) {
    const list = make("ol", "checklist");
    for (const [row, state, notes] of steps) {
      const [step, who, asks] = rows[row];
      const [word, mark, name] = states[state];
      const item = make("li", name);
      const sign = make("span", "mark", mark);
      sign.setAttribute("aria-hidden", "true");
      const text = make("div", "", `${step} ${asks}`);
      text.append(make("div", "said", [`${who}: ${word}`, ...notes].join(" · ")));
      item.append(sign, text);
      list.append(item);
    }
    return list;
  }

  for (const card of cards) {
    const details = card.element.firstElementChild;
    details.addEventListener("toggle", () => {
      const body = details.lastElementChild;
      if (!details.open || body.querySelector(".checklist")) return;
      const title = make("h4", "", "Checklist");
      body.append(title, checklist(card.steps));
    });
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    // The fields would be empty only after the event.
    event.preventDefault();
    for (const field of fields) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    changed();
  });
  addEventListener("hashchange", fromAddress);
  // The address is for the filters, so the link that skips them leaves it as it is.
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    const board = document.getElementById("board");
    board.scrollIntoView();
    board.focus({ preventScroll: true });
  });
  // What is scrolled to stops below the filters, which stay at the top of a wide window.
  const makeRoom = () => {
    const stays = getComputedStyle(form).position === "sticky";
    const height = Math.ceil(form.getBoundingClientRect().height);
    document.documentElement.style.scrollPaddingTop = stays ? `${height}px` : "";
  };
  form.hidden = false;
  makeRoom();
  new ResizeObserver(makeRoom).observe(form);
  fromAddress();
})();
