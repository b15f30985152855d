// The panel beside the lists: everything about one retailer, drawn when it is opened.

const panel = document.getElementById("panel");

/** A button that copies a text, and says so. */
function copyButton(text, label, what = "") {
  const button = make("button", "copy", label);
  button.type = "button";
  if (what) button.setAttribute("aria-label", `${label}: ${what}`);
  button.addEventListener("click", async () => {
    const isCopied = await copied(text);
    button.textContent = isCopied ? "Copied" : "Not copied";
    announce(isCopied ? "Copied." : "The browser does not let this page copy.");
    setTimeout(() => {
      button.textContent = label;
    }, 2000);
  });
  return button;
}

/** Copies a text. A page that is not from a file or from https has no clipboard of its own. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", "unseen");
    area.value = text;
    panel.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}

const announced = make("p", "unseen");
announced.setAttribute("role", "status");

function announce(text) {
  announced.textContent = text;
}

function commandLine(place) {
  const line = make("div", "command");
  line.append(make("code", "", texts[place]), copyButton(texts[place], "Copy", texts[place]));
  return line;
}

function part(title, ...content) {
  const section = make("section");
  section.append(make("h3", "", title), ...content);
  return section;
}

function nextPart({ waiting, nothing }) {
  if (nothing !== null) return part("Next", make("p", "nothing", `${sentence(texts[nothing])}.`));
  const list = make("ol", "next");
  for (const { who, steps, to_do, commands, is_choice, since, overdue } of waiting) {
    const item = make("li");
    if (overdue !== null) item.className = "overdue";
    item.append(prose("todo", sentence(texts[to_do])));
    const facts = make("p", "facts", `${texts[who]} · ${texts[steps]}`);
    if (since !== null) facts.append(` · since ${texts[since]}`);
    if (overdue !== null) facts.append(" · ", make("span", "late", `${texts[overdue]} overdue`));
    const lines = commands.map(commandLine);
    if (is_choice) lines.splice(1, 0, make("p", "facts", "or"));
    item.append(facts, ...lines);
    list.append(item);
  }
  return part("Next", list);
}

function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A paragraph with what is between backticks as code. */
function prose(className, text) {
  const paragraph = make("p", className);
  text.split("`").forEach((part, at) => paragraph.append(at % 2 ? make("code", "", part) : part));
  return paragraph;
}

/**
 * A text to send without the line breaks of its template, which the panel is too narrow for.
 * What is copied has them.
 */
function unwrapped(text) {
  const least = 55;
  return text.replace(/^(.*)\n(?=[^\s-])/gm, (all, line) => (line.length > least ? `${line} ` : all));
}

function messagePart({ message, warnings }) {
  const lines = message.map((line) => texts[line]);
  const subject = lines[0].startsWith("Subject: ") ? lines[0].slice("Subject: ".length) : null;
  const text = (subject === null ? lines : lines.slice(1)).join("\n").replace(/^\s*\n/, "");
  const section = part("Text to send");
  for (const warning of warnings) section.append(prose("warning", `${sentence(texts[warning])}.`));
  const buttons = make("div", "buttons");
  if (subject !== null) {
    section.append(make("p", "subject", subject));
    buttons.append(copyButton(subject, "Copy subject"));
  }
  buttons.append(copyButton(text, "Copy text"));
  section.append(make("pre", "message", unwrapped(text)), buttons);
  return section;
}

function stepItem([task, state, notes]) {
  const [step, who, asks] = data.tasks[task].map((place) => texts[place]);
  const [word, mark, name] = data.states[state];
  const item = make("li", name);
  const sign = make("span", "sign", mark);
  sign.setAttribute("aria-hidden", "true");
  const text = make("div");
  const line = make("p");
  line.append(make("span", "step", step), " ", asks);
  const more = notes.map((note) => texts[note]);
  // What it waits for says that it waits.
  const said = more.some((note) => note.startsWith("waits for ")) ? more : [word, ...more];
  text.append(line, make("p", "facts", [who, ...said].join(" · ")));
  item.append(sign, text);
  return item;
}

function checklistPart(steps) {
  const isOpen = ([, state]) => !["done", "not_needed", "not_stated"].includes(data.states[state][2]);
  const open = steps.filter(isOpen);
  const closed = steps.filter((step) => !isOpen(step));
  const done = closed.filter(([, state]) => data.states[state][2] === "done").length;
  const section = part("Checklist");
  section.lastElementChild.append(" ", make("span", "facts", `${done} of ${steps.length} done`));
  if (open.length > 0) section.append(list(open));
  if (closed.length > 0) {
    const folded = make("details");
    const others = closed.length - done;
    const summary = others > 0 ? `${done} done, ${others} left out` : `${done} done`;
    folded.append(make("summary", "", summary), list(closed));
    folded.open = open.length === 0;
    section.append(folded);
  }
  return section;

  function list(steps) {
    const element = make("ol", "checklist");
    element.append(...steps.map(stepItem));
    return element;
  }
}

function morePart({ file, path, commands }) {
  const links = make("p", "links");
  if (data.links && path !== null) {
    const [toFile, toHistory] = data.links;
    links.append(link(toFile, texts[file]), " · ", link(toHistory, "History"));
  } else {
    links.append(make("code", "", texts[file]));
  }
  return part("File and history", links, ...commands.map(commandLine));

  function link(before, text) {
    const element = make("a", "", text);
    element.href = before + texts[path];
    element.rel = "noreferrer";
    return element;
  }
}

/** Draws a retailer into the panel. */
function drawPanel(retailer) {
  const { journey, stage, alerts } = retailer;
  const head = make("div", "panel-head");
  const name = make("h2", "", retailer.name);
  name.id = "panel-name";
  name.tabIndex = -1;
  const close = make("button", "close", "Close");
  close.type = "button";
  close.addEventListener("click", () => go({ open: "" }));
  head.append(name, close);
  const journeyName = document.querySelector(`#journey option[value="${journey}"]`).textContent;
  const manager = retailer.manager === null ? "no account manager" : retailer.manager;
  const facts = make("p", "facts", `${journeyName} · ${texts[retailer.step]} · ${manager}`);
  const parts = alerts.map(([message, hint]) => {
    const alert = make("div", "alert");
    alert.append(prose("", `${texts[message]}.`), prose("facts", `${sentence(texts[hint])}.`));
    return alert;
  });
  if (retailer.arrivals !== null) parts.unshift(make("p", "facts", sentence(texts[retailer.arrivals])));
  parts.push(nextPart(retailer));
  if (retailer.message) parts.push(messagePart(retailer));
  parts.push(checklistPart(retailer.steps), morePart(retailer));
  panel.replaceChildren(head, facts, ...parts, announced);
  panel.scrollTop = 0;
}
