"use strict";
// Turns of levers become a question to this page's own program; its answers, each surer than the last, are shown.
(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const at = (id) => document.getElementById(id);
  const form = at("levers");
  const levers = new Map([...form.querySelectorAll(".lever[data-path]")].map((one) => [one.dataset.path, one]));
  const others = new Map();
  let asking = null;
  let waiting = 0;
  let depth = 0;
  let shown = 0;

  const field = (lever) => lever.querySelector(".value");
  const fill = (text, given) => text.replace(/\{(\w+)\}/g, (_, name) => given[name]);

  // ------------------------------------------------------------------------------- what is asked for

  function changes() {
    const set = [];
    for (const [path, lever] of levers) {
      const value = field(lever).value.trim();
      if (value !== lever.dataset.was) set.push(`${path}=${value}`);
    }
    const gone = set.filter((one) => one.endsWith("=none")).map((one) => one.slice(0, -5) + ".");
    const kept = set.filter((one) => !gone.some((path) => one.startsWith(path)));
    return [...kept, ...[...others].map(([path, value]) => `${path}=${value}`)];
  }

  const wanted = () => ({ from: at("from").value, against: at("against").value, seed: at("seed").value, set: changes() });

  function query(more) {
    const { from, against, seed, set } = wanted();
    const parts = new URLSearchParams({ from, against });
    if (seed !== form.dataset.seed) parts.set("seed", seed);
    set.forEach((one) => parts.append("set", one));
    Object.entries(more || {}).forEach(([name, value]) => parts.set(name, value));
    return parts.toString();
  }

  // ------------------------------------------------------------------------------- asking and showing

  async function ask() {
    if (asking) asking.abort();
    const mine = new AbortController();
    asking = mine;
    mark();
    links();
    at("status").textContent = words.working;
    try {
      const reply = await post("answer", { ...wanted(), page: form.dataset.page }, mine.signal);
      if (reply.status === 503) {
        at("status").textContent = words.waiting;
        setTimeout(() => { if (asking === mine) ask(); }, 1500);
        return;
      }
      for await (const answer of lines(reply)) if (asking === mine) show(answer);
    } catch (error) {
      if (error.name !== "AbortError" && asking === mine) at("status").textContent = words.offline;
    }
  }

  const post = (where, body, signal) => fetch(where, {
    method: "POST", body: JSON.stringify(body), signal, headers: { "Content-Type": "application/json" },
  });

  async function* lines(reply) {
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const part of parts) if (part) yield JSON.parse(part);
    }
  }

  const sections = () => document.querySelectorAll("#screen > section:not(#follow, #advice)");

  function show(answer) {
    faults(answer.faults || []);
    if (answer.fault) faults([{ path: "", message: answer.fault }]);
    if (!answer.sections) {
      at("status").textContent = at("said").textContent = words.unplaced + (shown ? words.from_before : "");
      if (!shown) at("answer").textContent = words.unplaced;
      keepers().forEach((one) => one.removeAttribute("href"));  // there is nothing to keep
      sections().forEach((one) => one.setAttribute("aria-busy", "true"));
      return;
    }
    for (const section of sections()) {
      const html = answer.sections[section.id];
      if (html === undefined) section.setAttribute("aria-busy", "true");
      else replace(section, html);
    }
    at("status").textContent = answer.status;
    at("brief").textContent = answer.brief;
    at("brief").hidden = answer.brief === "";
    const isFirst = answer.sections.compared === undefined;
    if (isFirst || answer.is_last) at("said").textContent = answer.brief;  // not each time that it gets surer
    shown = answer.replications;
    if (answer.order && at("order").value === at("order").defaultValue) [at("replication").value, at("order").value] = answer.order;
    document.body.dataset.replications = shown;
    document.body.dataset.settled = answer.is_last;
    links();
  }

  // What was unfolded stays so, and the keyboard stays where it was.
  function replace(section, html) {
    const names = (one) => [...one.querySelectorAll("summary")].map((summary) => summary.textContent);
    const open = new Set([...section.querySelectorAll("details[open]")].map((one) => names(one)[0]));
    const held = section.contains(document.activeElement) && names(document.activeElement.parentElement)[0];
    section.innerHTML = html;
    section.hidden = html === "";
    section.removeAttribute("aria-busy");
    for (const summary of section.querySelectorAll("summary")) {
      summary.parentElement.open = open.has(summary.textContent);
      if (held && summary.textContent === held) summary.focus({ preventScroll: true });
    }
  }

  function faults(all) {
    form.querySelectorAll(".fault").forEach((one) => { one.textContent = ""; });
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    const unplaced = all.filter((fault) => !beside(fault));
    const list = unplaced.map((fault) => {
      const line = document.createElement("p");
      line.textContent = [fault.path, fault.message].filter(Boolean).join(": ");
      return line;
    });
    at("faults").replaceChildren(...list);
  }

  // The lever that a fault is about: itself, the one that holds it, or the changed one below it.
  function beside(fault) {
    const below = [...levers].filter(([path, lever]) => path.startsWith(`${fault.path}.`) && lever.classList.contains("is-changed"));
    let path = fault.path;
    while (path && !levers.has(path)) path = path.slice(0, Math.max(path.lastIndexOf("."), 0));
    const lever = (below[0] && below[0][1]) || levers.get(path);
    if (!lever) return false;
    lever.querySelector(".fault").textContent = fault.message;
    field(lever).setAttribute("aria-invalid", "true");
    for (let up = lever; up; up = up.parentElement) if (up.tagName === "DETAILS") up.open = true;
    return true;
  }

  // ------------------------------------------------------------------------------- what is changed

  function mark() {
    const count = {};
    for (const [path, lever] of levers) {
      const value = field(lever).value.trim();
      const changed = value !== lever.dataset.was;
      lever.classList.toggle("is-changed", changed);
      lever.querySelector(".mark").hidden = !changed;
      lever.querySelector(".back").hidden = !changed;
      const part = path.split(".")[0];
      count[part] = (count[part] || 0) + changed;
      const slider = lever.querySelector(".slider");
      if (slider) {
        const place = slider.dataset.stops.split("|").indexOf(value);
        if (place >= 0) slider.value = place;
        slider.setAttribute("aria-valuetext", value);
      }
    }
    form.querySelectorAll("[data-part]").forEach((one) => {
      const number = count[one.dataset.part];
      one.textContent = number ? fill(words.changed_count, { count: number }) : "";
    });
    at("reset").disabled = changes().length === 0;
    at("undo").disabled = depth === 0;
    listOthers();
    links();
  }

  function listOthers() {
    at("others").replaceChildren(...[...others].map(([path, value]) => {
      const line = document.createElement("li");
      const back = document.createElement("button");
      line.append(Object.assign(document.createElement("code"), { textContent: `${path}=${value}` }), back);
      Object.assign(back, { type: "button", textContent: fill(words.back, { value: path }) });
      back.addEventListener("click", () => { others.delete(path); turned(); });
      return line;
    }));
  }

  const keepers = () => [at("save"), at("report"), at("numbers")];

  function links() {
    const more = shown ? { replications: shown } : {};
    at("save").href = `scenario.yaml?${query(more)}`;
    at("report").href = `report?${query(more)}`;
    at("numbers").href = `summary.json?${query(more)}`;
  }

  // A turn that is kept can be undone: by the button, or by the browser's own way back.
  function turned() {
    const address = `?${query()}`;
    if (address !== location.search) {
      depth += 1;
      history.pushState({ depth }, "", address);
    }
    ask();
  }

  function restore() {
    const parts = new URLSearchParams(location.search);
    const set = new Map(parts.getAll("set").map((one) => [one.slice(0, one.indexOf("=")).trim(), one.slice(one.indexOf("=") + 1).trim()]));
    for (const [path, lever] of levers) {
      const value = set.has(path) ? set.get(path) : lever.dataset.was;
      field(lever).value = value;
      set.delete(path);
    }
    others.clear();
    set.forEach((value, path) => others.set(path, value));
    at("seed").value = parts.get("seed") || form.dataset.seed;
    if (parts.get("against")) at("against").value = parts.get("against");
  }

  form.addEventListener("input", (event) => {
    const lever = event.target.closest(".lever[data-path]");
    if (!lever || !event.target.classList.contains("slider")) return;
    const stop = event.target.dataset.stops.split("|")[Number(event.target.value)];
    field(lever).value = stop;
    event.target.setAttribute("aria-valuetext", stop);
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  form.addEventListener("change", (event) => {
    clearTimeout(waiting);
    if (event.target.id === "from") {
      location.search = `?${new URLSearchParams({ from: at("from").value })}`;
    } else if (event.target.id !== "other") turned();
  });
  form.addEventListener("click", (event) => {
    if (!event.target.classList.contains("back")) return;
    const lever = event.target.closest(".lever[data-path]");
    field(lever).value = lever.dataset.was;
    field(lever).focus();
    turned();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  at("set").addEventListener("click", () => {
    const [path, ...value] = at("other").value.split("=");
    if (!value.length) return;
    const lever = levers.get(path.trim());
    if (lever) field(lever).value = value.join("=").trim();
    else others.set(path.trim(), value.join("=").trim());
    at("other").value = "";
    turned();
  });
  at("other").addEventListener("keydown", (event) => { if (event.key === "Enter") at("set").click(); });
  at("undo").addEventListener("click", () => history.back());
  at("reset").addEventListener("click", () => {
    levers.forEach((lever) => { field(lever).value = lever.dataset.was; });
    others.clear();
    turned();
  });
  at("link").addEventListener("click", async () => {
    history.replaceState(history.state, "", `?${query()}`);
    // A browser lends its clipboard to no page that came unencrypted from another machine.
    const copied = await Promise.resolve().then(() => navigator.clipboard.writeText(location.href)).then(() => true, () => false);
    at("link").textContent = copied ? words.copied : words.not_copied;
    setTimeout(() => { at("link").textContent = words.link; }, 2000);
  });
  // The way to the answer is no step that one could take back.
  document.querySelectorAll('a[href="#answer"]').forEach((one) => one.addEventListener("click", (event) => {
    event.preventDefault();
    at("answer").focus();
    at("answer").scrollIntoView();
  }));
  // A form of its own: one question, and one answer below it.
  function asks(name, target) {
    at(`${name}-form`).addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = Object.fromEntries(new FormData(event.target));
      at(target).textContent = words.working;
      event.target.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
      try {
        const reply = await post(name, { ...wanted(), page: form.dataset.page, ...given });
        if (!reply.ok) at(target).textContent = await reply.text();
        else for await (const told of lines(reply)) {
          if (told.html) at(target).innerHTML = told.html;
          else complain(event.target, at(target), told.faults || [{ path: "", message: told.fault }]);
        }
      } catch {
        at(target).textContent = words.offline;
      }
    });
  }
  function complain(asked, target, faults) {
    const line = document.createElement("p");
    line.className = "fault";
    line.textContent = faults.map((one) => one.message).join(" ");
    target.replaceChildren(line);
    for (const { path } of faults) if (asked.elements[path]) asked.elements[path].setAttribute("aria-invalid", "true");
  }
  asks("order", "told");
  asks("advice", "advised");
  addEventListener("popstate", (event) => {
    const before = at("from").value;
    if ((new URLSearchParams(location.search).get("from") || before) !== before) {
      location.reload();
      return;
    }
    depth = (event.state && event.state.depth) || 0;
    restore();
    ask();
  });

  restore();
  ask();
})();
