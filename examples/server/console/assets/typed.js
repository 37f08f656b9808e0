// What is typed into a form is kept in this tab until it was taken: through a reload, a way
// back, and a server that is away. Of a form that saves itself as a draft that is only what
// is still to be made.
"use strict";
(() => {
  const place = "extflow-typed";
  const read = () => { try { return JSON.parse(sessionStorage.getItem(place)) || {}; } catch { return {}; } };
  const write = all => { try { sessionStorage.setItem(place, JSON.stringify(all)); } catch { /* it is kept on this page alone */ } };
  const actionOf = form => new URL(form.getAttribute("action"), document.baseURI).pathname;
  const keyOf = form => location.pathname + " " + actionOf(form);
  const kept = form => form && form.getAttribute("method") === "post" && !form.matches("[data-send]") && !form.querySelector("[autocomplete=current-password]");
  const fieldsOf = form => [...form.elements].filter(e => e.name && e.matches("input:not([type=hidden],[type=password],[type=file]),select,textarea"));
  const ticked = e => e.matches("[type=checkbox],[type=radio]");
  const nameOf = e => ticked(e) ? e.name + "=" + e.value : e.name;
  const valueOf = e => ticked(e) ? e.checked : e.value;
  const usualOf = e => ticked(e) ? e.defaultChecked : e.matches("select") ? ([...e.options].find(o => o.defaultSelected) || e.options[0] || e).value : e.defaultValue;

  // A page that says what is wrong has what was typed. That what was sent is taken is said by
  // the page that follows the form's, or by one that says what was done: a page that was come
  // back to, or asked for anew, may follow a server that never answered.
  const [came] = performance.getEntriesByType("navigation");
  const refused = came.responseStatus >= 400, done = new URL(location).searchParams.has("done");
  const after = document.referrer && came.type === "navigate" ? new URL(document.referrer).pathname : "";
  const taken = key => !refused && (done || key.split(" ")[0] === after);

  const keep = form => {
    const all = read(), was = all[keyOf(form)] || { fields: {} }, fields = was.fields;
    const draft = form.matches("[data-draft]"), of = fieldsOf(form);
    const made = of.filter(e => e.matches("select") && e.value.startsWith("new:")).map(e => e.name.replace(/~(m|file)$/, ""));
    for (const e of of) {
      const open = !draft || made.some(name => e.name === name || e.name.startsWith(name + "~"));
      if (open && valueOf(e) !== usualOf(e)) fields[nameOf(e)] = valueOf(e);
      else if (!refused || !open) delete fields[nameOf(e)];
    }
    if (Object.keys(fields).length) all[keyOf(form)] = { fields }; else delete all[keyOf(form)];
    write(all);
  };

  const restore = form => {
    const entry = read()[keyOf(form)];
    let some = false;
    for (const e of entry ? fieldsOf(form) : []) {
      const is = entry.fields[nameOf(e)];
      if (is === undefined || is === valueOf(e)) continue;
      if (ticked(e)) e.checked = is; else e.value = is;
      if (valueOf(e) !== is) continue; // it cannot be picked any more
      some = true;
      e.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (some && !form.closest("[data-live]")) tell(form);
  };

  const tell = form => {
    const note = document.createElement("p"), drop = document.createElement("button");
    note.className = "notice typed";
    note.setAttribute("role", "status");
    note.textContent = "What you typed here before is still here, and not saved yet. ";
    drop.type = "button";
    drop.textContent = "Discard it";
    drop.onclick = () => {
      form.reset();
      keep(form);
      note.remove();
    };
    note.append(drop);
    form.prepend(note);
  };

  const all = Object.entries(read()), over = new Set(all.filter(([key, entry]) => entry.sent && taken(key)).map(([key]) => key.split(" ")[1]));
  if (over.size) write(Object.fromEntries(all.filter(([key]) => !over.has(key.split(" ")[1]))));
  if (refused) write(Object.fromEntries(all.map(([key, entry]) => [key, { fields: entry.fields }])));
  for (const form of document.forms) if (kept(form) && !(refused && actionOf(form) === location.pathname)) restore(form); // a form that is shown again has what was typed
  document.addEventListener("input", e => {
    const form = e.target.closest("form");
    if (kept(form)) keep(form);
  });
  document.addEventListener("submit", e => {
    if (actionOf(e.target).endsWith("/signout")) { write({}); return; }
    if (!kept(e.target)) return;
    const all = read(), entry = all[keyOf(e.target)] || { fields: {} };
    all[keyOf(e.target)] = { fields: entry.fields, sent: true };
    write(all);
  });
})();
