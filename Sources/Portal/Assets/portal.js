// What the pages do beyond links and forms, which work without it.
"use strict";

// Times in the reader's zone; UTC is in the title.
function localize(root) {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (!isNaN(date)) time.textContent = format.format(date);
  }
}

// A form that shows how far its file is, and takes one that is dropped or pasted.
function enliven(form) {
  const field = form.querySelector("input[type=file]");
  const news = document.getElementById("drop-news");

  function take(files) {
    if (files.length !== 1) {
      news.textContent = "One file at a time, please.";
      return;
    }
    const transfer = new DataTransfer();
    transfer.items.add(files[0]);
    field.files = transfer.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length > 0) take(event.clipboardData.files);
  });

  // A file is looked at as soon as it is known, and again whenever something else is chosen for it.
  let looking = null;
  let seen = null;
  function see(focused) {
    const file = field.files[0];
    const mine = look(form, news, focused).finally(() => {
      if (looking !== mine) return;
      looking = null;
      seen = file;
    });
    looking = mine;
  }
  form.addEventListener("change", (event) => {
    if (event.target.name === "name") return;
    if (event.target === field) document.getElementById("check").replaceWith(nothingToChoose());
    see(event.target.closest("#check") ? event.target.name : null);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const submitter = event.submitter;
    const buttons = form.querySelectorAll("button");
    const enable = (isEnabled) => buttons.forEach((button) => { button.disabled = !isEnabled; });
    enable(false);
    try {
      // What appears only now has to be seen first.
      if (!looking && seen !== field.files[0]) see(null);
      if (looking && !(await looking)) return enable(true);
      if (isOpen()) await keep(form);
      await send(form, news, submitter);
    } catch (error) {
      news.textContent = error.message;
      enable(true);
    }
  });
}

// Whether somebody has to say which column is which.
function isOpen() {
  return document.getElementById("check").dataset.header === "unknown";
}

const LOOK = { part: 262144, whole: 10000000 };

// What the server is to look at: whole lines from the beginning, or all of what is compressed or one piece.
async function beginning(file) {
  const bytes = new Uint8Array(await file.slice(0, LOOK.part).arrayBuffer());
  const isWhole = (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x1f && bytes[1] === 0x8b) || bytes[0] === 0x5b;
  if (file.size <= bytes.length || (isWhole && file.size <= LOOK.whole)) return file;
  if (isWhole) return null;
  const isWide = bytes[0] >= 0xfe || bytes[0] === 0 || bytes[1] === 0;
  const end = bytes.lastIndexOf(10) + (isWide ? 2 : 1);
  return file.slice(0, end < 2 ? bytes.length : isWide ? end & ~1 : end);
}

// The form with the beginning of its file instead of all of it; null where that says nothing.
async function trial(form) {
  const file = form.elements.file.files[0];
  const start = file ? await beginning(file) : null;
  if (!start) return null;
  const body = new FormData(form);
  body.set("file", start, file.name);
  if (start.size < file.size) body.set("part", "true");
  return body;
}

let looks = 0;

// Shows what the server says of the columns and the first rows.
// Returns false if there is now something to choose that was not there before.
async function look(form, news, focused) {
  const file = form.elements.file.files[0];
  if (!file || (form.elements.vendor && !form.elements.vendor.value) || form.querySelector(":scope > [name=mapping]")) return true;
  const turn = ++looks;
  const wasOpen = isOpen();
  const body = await trial(form);
  if (!body) {
    news.textContent = "This file is too large to look at before it is sent: Check only says what would become of it.";
    return true;
  }
  news.textContent = "Looking at the first rows.";
  const page = await ask(form.dataset.check, body).catch((error) => error);
  // Somebody has chosen something else meanwhile, which is looked at by itself.
  if (turn !== looks || form.elements.file.files[0] !== file) return true;
  news.textContent = page instanceof Error ? page.message : "";
  const found = page instanceof Error ? null : page.getElementById("check");
  if (!found) return true;
  document.getElementById("check").replaceWith(found);
  if (focused) form.elements[focused]?.focus();
  return wasOpen || !isOpen();
}

// Keeps the choice as a mapping, with which the file is then read.
async function keep(form) {
  const page = await ask(form.dataset.check + "/keep", await trial(form));
  const mapping = page.querySelector("#drop input[name=mapping]");
  if (!mapping) throw new Error("The choice could not be kept. Try again.");
  const kept = nothingToChoose();
  kept.append(mapping);
  document.getElementById("check").replaceWith(kept);
}

function nothingToChoose() {
  return Object.assign(document.createElement("section"), { id: "check", hidden: true });
}

// Sends a form, and returns the page that comes back; an error says what was wrong.
async function ask(path, body) {
  const response = await fetch(path, { method: "POST", body }).catch(() => {
    throw new Error("The connection was lost. Try again.");
  });
  if (response.redirected && new URL(response.url).pathname.endsWith("/sign-in")) {
    throw new Error("You are signed out: sign in again in another tab, then try again here.");
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.ok) return page;
  throw new Error(page.querySelector("main p")?.textContent ?? "Try again.");
}

function send(form, news, submitter) {
  const request = new XMLHttpRequest();
  const body = new FormData(form);
  if (submitter?.name) body.set(submitter.name, submitter.value);
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) news.textContent = "Sending: " + Math.floor(event.loaded * 100 / event.total) + " %";
  };
  return new Promise((resolve, reject) => {
    request.onload = () => {
      if (request.status < 400) {
        location.assign(request.responseURL);
        return resolve();
      }
      // The page says what was wrong.
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      reject(new Error(page.querySelector("main p")?.textContent ?? "The file was not taken. Try again."));
    };
    request.onerror = () => reject(new Error("The connection was lost. Try again."));
    request.open("POST", form.action);
    request.send(body);
  });
}

// Cells as spreadsheets copy them: one that has a tab or a line end is quoted.
function spreadsheetCells(text) {
  const rows = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r?\n|$)/g)) {
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"').replace(/\s*\n\s*/g, " "));
    if (end === "") break;
    if (end !== "\t") rows.push([]);
  }
  return rows;
}

// The grid of rejected rows: keys move, cells of a spreadsheet are pasted, changed rows are checked by the server and kept there.
function checkRows(grid) {
  const rows = [...grid.querySelectorAll("tr[data-row]")];
  const cells = rows.map((row) => [...row.querySelectorAll("input")]);
  // Rows that the server does not have as they are.
  const changed = new Set();
  let isBusy = false;
  let waiting = null;

  function place(field) {
    const row = rows.indexOf(field.closest("tr"));
    return [row, cells[row].indexOf(field)];
  }

  function go(row, column) {
    const field = cells[row]?.[column];
    if (!field) return false;
    field.focus();
    field.select();
    return true;
  }

  // One request at a time, so that the last words are the last to be kept.
  async function keep() {
    if (isBusy) return;
    isBusy = true;
    grid.dataset.state = "checking";
    while (changed.size > 0) {
      const sent = [...changed];
      changed.clear();
      try {
        await post(sent);
      } catch (error) {
        for (const row of sent) changed.add(row);
        document.getElementById("fix-count").textContent = "A change could not be kept. " + error.message + " It is sent with the next change.";
        break;
      }
    }
    isBusy = false;
    grid.dataset.state = changed.size > 0 ? "lost" : "kept";
    const form = waiting;
    waiting = null;
    if (form && changed.size === 0) form.requestSubmit();
  }

  async function post(sent) {
    const body = new URLSearchParams(sent.flatMap((row) => cells[row].map((field) => [field.name, field.value])));
    const answer = await ask(grid.dataset.check, body);
    document.getElementById("fix-count").textContent = answer.getElementById("fix-count").textContent;
    for (const found of answer.querySelectorAll("td")) show(found);
  }

  function show(found) {
    const wrong = found.dataset.wrong.split(",");
    const row = rows.findIndex((row) => "f" + row.dataset.row === found.id);
    document.getElementById(found.id).replaceWith(found);
    cells[row].forEach((field, column) => {
      if (wrong.includes(String(column))) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    });
  }

  grid.addEventListener("change", (event) => {
    changed.add(place(event.target)[0]);
    keep();
  });
  grid.addEventListener("keydown", (event) => {
    if (event.target.tagName !== "INPUT" || event.isComposing) return;
    const [row, column] = place(event.target);
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (go(row + step, column)) return;
    // The last one: what was typed counts, and one stays.
    event.target.blur();
    event.target.focus();
  });
  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [row, column] = place(event.target);
    let lost = 0;
    spreadsheetCells(text).forEach((line, down) => {
      line.forEach((value, right) => {
        const field = cells[row + down]?.[column + right];
        if (field) field.value = value;
        else lost += 1;
      });
      if (cells[row + down]) changed.add(row + down);
    });
    document.getElementById("paste-news").textContent = lost === 0 ? ""
      : lost + (lost === 1 ? " cell was" : " cells were") + " not pasted: the page ends before. Paste the rest into the next rows.";
    keep();
  });
  // What leaves the page waits until all is kept.
  document.addEventListener("submit", (event) => {
    if (!isBusy && changed.size === 0) return;
    event.preventDefault();
    waiting = event.target;
    keep();
  });
  window.addEventListener("beforeunload", (event) => {
    if (grid.contains(document.activeElement)) document.activeElement.blur();
    if (isBusy || changed.size > 0) event.preventDefault();
  });
}

document.addEventListener("DOMContentLoaded", () => {
  localize(document);
  // A link may bring the token behind its #, which no server sees and no log keeps.
  const token = document.querySelector("input[name=token]");
  if (token && /^#cat_\w+$/.test(location.hash)) {
    token.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    token.form.requestSubmit();
  }
  const drop = document.getElementById("drop");
  if (drop) enliven(drop);
  const grid = document.getElementById("grid");
  if (grid) checkRows(grid);
});
document.addEventListener("htmx:load", (event) => localize(event.detail.elt));
