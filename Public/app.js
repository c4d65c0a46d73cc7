// Improves pages that already work without it: focus on errors, menus that close, copying, one send a click.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const all = (selector, root = document) => root.querySelectorAll(selector);

  // The error summary takes the focus; its links go to the first control of the field they name.
  const summary = document.querySelector(".error-summary");
  if (summary) {
    // After the browser's own autofocus, which it skips when the address has a fragment.
    requestAnimationFrame(() => document.activeElement === summary || summary.focus());
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const target = link && document.getElementById(link.hash.slice(1));
      if (!target) return;
      const control = target.matches("fieldset") ? target.querySelector("input:checked, input, select, textarea") : target;
      (target.closest(".row") || target).scrollIntoView({ block: "start" });
      (control || target).focus({ preventScroll: true });
      event.preventDefault();
    });
  }

  // The user menu closes on Escape, on a click elsewhere and when the focus leaves it.
  for (const menu of all("details.menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    menu.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
    });
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }

  // Copy buttons, and whole identifiers when a shortened one is copied by hand.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom) : null;
    const text = source ? source.textContent : button.dataset.copy || "";
    if (!(await write(text))) return;
    button.classList.add("copied");
    announce();
    setTimeout(() => button.classList.remove("copied"), 2000);
  });

  // The tick is seen; this is heard. Emptied first, so that the same word is said again.
  function announce() {
    const said = document.getElementById("said");
    if (!said) return;
    said.textContent = "";
    setTimeout(() => { said.textContent = said.dataset.copied; }, 50);
  }

  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // The clipboard API is absent on plain http: fall back on a selection.
      const area = document.createElement("textarea");
      area.value = text;
      area.className = "visually-hidden";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    const node = selection && selection.anchorNode;
    const element = node && (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
    const shortened = element && element.closest("[data-full]");
    if (!shortened || selection.toString().trim() !== shortened.textContent.trim()) return;
    event.clipboardData.setData("text/plain", shortened.dataset.full);
    event.preventDefault();
  });

  // A form is sent once: a second click while the answer is under way does nothing.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    setTimeout(release, 10000, form); // an answer that is a download leaves the page as it is
  });

  function release(form) {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  }
  addEventListener("pageshow", () => all("form[data-sent]").forEach(release));

  // "3 minutes ago", beside times or in their titles, stays true while the page is open.
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const units = [["year", 31536e3], ["month", 2592e3], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  function refresh() {
    for (const time of all("time[datetime]")) {
      const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
      if (!Number.isFinite(seconds)) continue;
      const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) || units[units.length - 1];
      const text = relative.format(Math.trunc(seconds / size), unit);
      const ago = time.querySelector(".ago");
      if (ago) ago.textContent = text;
      if (time.title) time.title = text;
    }
  }
  setInterval(refresh, 30000);

  // A list with data-find gets a box that finds in it, by the beginnings of words; what is folded opens where something is found.
  const words = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  for (const list of all("[data-find]")) {
    const input = document.createElement("input");
    input.type = "search";
    input.className = "input";
    input.placeholder = list.dataset.find;
    input.setAttribute("aria-label", list.dataset.find);
    const none = document.createElement("p");
    none.className = "hint";
    none.setAttribute("role", "status");
    list.before(input, none);
    const folds = [...all("details", list)];
    const items = [...all(".choice", list)].map((element) => {
      const fold = element.closest("details");
      const name = fold && list.contains(fold) ? fold.querySelector("summary > span").textContent : "";
      return { element, words: words(`${element.textContent} ${name}`) };
    });
    let opened = null;
    input.addEventListener("input", () => {
      const wanted = words(input.value);
      if (wanted.length && !opened) opened = new Set(folds.filter((fold) => fold.open));
      for (const item of items) {
        item.element.hidden = !wanted.every((start) => item.words.some((word) => word.startsWith(start)));
      }
      for (const fold of folds) {
        fold.hidden = !fold.querySelector(".choice:not([hidden])");
        fold.open = wanted.length ? !fold.hidden : opened ? opened.has(fold) : fold.open;
      }
      if (!wanted.length) opened = null;
      none.textContent = items.every((item) => item.element.hidden) ? list.dataset.none : "";
    });
    // Enter looks for something; it is not to send the form that the list stands in.
    input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  }

  // Rows of a table with data-expand open, and fetch what they show the first time. When that fails, as with a session that has ended,
  // the row's own link is followed: it leads to all of it.
  for (const row of all("table[data-expand] tbody tr")) {
    const link = row.querySelector(".cell-actions a");
    const time = row.querySelector("time .exact");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "expand";
    button.title = row.closest("table").dataset.expand;
    button.innerHTML = '<svg class="icon" aria-hidden="true"><use href="#i-right"/></svg><span class="word"></span><span class="visually-hidden"></span>';
    button.querySelector(".word").textContent = button.title;
    button.querySelector(".visually-hidden").textContent = ` ${time ? time.textContent : ""}`;
    button.ariaExpanded = "false";
    row.querySelector(".expander").append(button);
    let shown = null;
    button.addEventListener("click", async () => {
      if (button.ariaBusy === "true") return;
      if (!shown) {
        button.ariaBusy = "true";
        const answer = await fetch(`${link.pathname}/expansion`, { redirect: "error" }).catch(() => null);
        if (!answer || !answer.ok) return location.assign(link.href);
        const cell = document.createElement("td");
        cell.colSpan = row.cells.length;
        cell.innerHTML = await answer.text();
        shown = document.createElement("tr");
        shown.className = "expansion";
        shown.hidden = true;
        shown.append(cell);
        row.after(shown);
        button.ariaBusy = null;
      }
      shown.hidden = !shown.hidden;
      button.ariaExpanded = String(!shown.hidden);
    });
  }

  // How many events are chosen in each module stays true while boxes are ticked.
  function count(module) {
    const chosen = all(".choice:not(.all) > :checked", module).length;
    module.querySelector(".count b").textContent = chosen;
    module.querySelector(".count").classList.toggle("some", chosen > 0);
  }
  for (const module of all(".modules > details")) {
    module.addEventListener("change", () => count(module));
    // The browser may have put back what was ticked before.
    addEventListener("pageshow", () => count(module));
  }

  // What a text comes to as SMS is counted while it is typed, by the tables and limits that the page has: as SMSText.swift does.
  const number = new Intl.NumberFormat(language);
  // As TypedText.line cleans it: blanks, and what nobody sees.
  const edges = /^[\s\0- \x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+|[\s\0- \x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+$/g;
  const code = (sign) => `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  const named = (sign) => (/^[\p{Z}\p{C}\p{M}]$/u.test(sign) ? code(sign) : sign);
  for (const counter of all("[data-counts]")) {
    const area = document.getElementById(counter.dataset.counts);
    if (!area) continue;
    const basic = new Set(counter.dataset.basic);
    const further = new Set(counter.dataset.further);
    const [single, part, unicodeSingle, unicodePart] = counter.dataset.limits.split(" ").map(Number);
    const parts = Object.fromEntries([...all("[data-part]", counter)].map((element) => [element.dataset.part, element]));
    const count = () => {
      const signs = [...area.value.replace(edges, "")];
      const strange = [...new Set(signs.filter((sign) => !basic.has(sign) && !further.has(sign)))].slice(0, Number(counter.dataset.named));
      const isGSM = !strange.length;
      const lengths = signs.map((sign) => (isGSM ? (further.has(sign) ? 2 : 1) : sign.length));
      const length = lengths.reduce((sum, one) => sum + one, 0);
      let credits = length ? 1 : 0;
      let room = (isGSM ? single : unicodeSingle) - length;
      if (room < 0) {
        // A sign that is of two is not cut in two.
        const limit = isGSM ? part : unicodePart;
        room = limit;
        for (const one of lengths) {
          if (one > room) [credits, room] = [credits + 1, limit];
          room -= one;
        }
      }
      parts.length.textContent = number.format(length);
      parts.encoding.textContent = isGSM ? counter.dataset.gsm : counter.dataset.unicode;
      if (parts.credits.textContent !== number.format(credits)) parts.credits.textContent = number.format(credits);
      parts.room.textContent = number.format(room);
      parts.note.textContent = isGSM ? "" : counter.dataset.note.replace("{characters}", () => strange.map(named).join(" "));
    };
    area.addEventListener("input", count);
    // The browser may have put back what was typed before.
    addEventListener("pageshow", count);
  }

  // The panel of a long page marks the section that is being read.
  const toc = document.querySelector("nav.toc");
  if (toc && "IntersectionObserver" in window) {
    const links = new Map([...all("a[href^='#']", toc)].map((link) => [link.hash.slice(1), link]));
    const watch = new IntersectionObserver((entries) => {
      const entry = entries.find((entry) => entry.isIntersecting);
      if (!entry) return;
      for (const link of links.values()) link.removeAttribute("aria-current");
      links.get(entry.target.id).setAttribute("aria-current", "true");
    }, { rootMargin: "0px 0px -75% 0px" });
    for (const id of links.keys()) {
      const section = document.getElementById(id);
      if (section) watch.observe(section);
    }
  }
})();
